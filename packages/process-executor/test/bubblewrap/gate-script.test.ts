import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gateScript, shellQuote } from "../../src/bubblewrap/gate-script.ts";

const LIMITS = { cpuTimeMs: 1000, maxProcesses: 64, maxOpenFiles: 64, maxFileSizeBytes: 1_048_576 };

/** What a policy lets through: any character but NUL, which no argument of a process can hold. */
const anyWord = fc
  .string({ unit: "binary", maxLength: 40 })
  .map((text) => text.replaceAll("\0", "").toWellFormed());

describe("shellQuote", () => {
  it("makes one word that stands for exactly its characters, in a real shell", () => {
    fc.assert(
      fc.property(fc.array(anyWord, { maxLength: 8 }), (words) => {
        const script = `printf '%s\\000' ${words.map(shellQuote).join(" ")}`;
        const { stdout } = spawnSync("sh", ["-c", script], { encoding: "utf8" });
        expect(words.length === 0 ? [""] : stdout.split("\0").slice(0, -1)).toEqual(
          words.length === 0 ? [""] : words,
        );
      }),
      { numRuns: 100 },
    );
  });
});

describe("gateScript", () => {
  it("is one compound command: no proper prefix of it runs anything", () => {
    const script = gateScript({
      path: "/usr/bin/touch",
      args: ["a'b\nc"],
      env: [["A", "x\ny"]],
      workingDirectory: "/work",
      limits: LIMITS,
    });
    const end = script.lastIndexOf("}");
    for (let length = 0; length <= end; length += 1) {
      const traced = `PATH=; ${script.slice(0, length)}`;
      const { stderr, stdout } = spawnSync("/bin/sh", [], {
        input: `echo() { printf 'ran\\n' >&2; }\n${traced}`,
        encoding: "utf8",
      });
      expect(stdout + (stderr.includes("ran") ? "ran" : "")).toBe("");
    }
  });

  it("parses as a shell script whatever the plan's words are", () => {
    fc.assert(
      fc.property(fc.array(anyWord, { maxLength: 4 }), anyWord, anyWord, (args, value, directory) => {
        const script = gateScript({
          path: "/usr/bin/true",
          args,
          env: [["NAME", value]],
          workingDirectory: directory,
          limits: LIMITS,
        });
        const { status, stderr } = spawnSync("sh", ["-n"], { input: script, encoding: "utf8" });
        expect(`${status}${stderr}`).toBe("0");
      }),
      { numRuns: 100 },
    );
  });
});
