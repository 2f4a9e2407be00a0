import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { EXIT_CODES, exitCodeOf, exitCodeTable } from "../src/exit-code.ts";
import { OUTCOME_OF_ERROR, OUTCOMES } from "../src/outcome.ts";
import {
  assay,
  assayJson,
  CONTEST,
  CONTEST_POLICY,
  example,
  startAssay,
  temporaryFile,
} from "./support/assay.ts";
import {
  answeringGuest,
  chattyGuest,
  ENDLESS_LOOP,
  guestModule,
  i32Const,
  i64Const,
  RECURSE,
  UNREACHABLE,
  VALID,
} from "./support/guest-module.ts";
import { WITHOUT_BUBBLEWRAP } from "./support/without-bubblewrap.ts";

describe("the table", () => {
  it("has every outcome exactly once", () => {
    expect(EXIT_CODES.flatMap(({ outcomes }) => outcomes).sort()).toEqual([...OUTCOMES].sort());
  });

  it("gives no failure the exit code of a verdict", () => {
    for (const outcome of Object.values(OUTCOME_OF_ERROR))
      expect(exitCodeOf(outcome, null)).toBeGreaterThan(1);
  });

  it.each([
    { signal: "SIGHUP", exitCode: 129 },
    { signal: "SIGINT", exitCode: 130 },
    { signal: "SIGTERM", exitCode: 143 },
  ] as const)("is $exitCode for $signal", ({ signal, exitCode }) => {
    expect(exitCodeOf("cancelled", signal)).toBe(exitCode);
  });

  it("is what --help shows", async () => {
    const { exitCode, stdout } = await assay(["--help"]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(exitCodeTable());
    expect(exitCodeTable()).toMatchInlineSnapshot(`
      "Exit codes:
          0  the submission is valid; for doctor: this machine can evaluate; for inspect: the module would be run
          1  the submission is not valid
          2  wrong usage or configuration: a bad option, a file or policy that cannot be used
          3  the challenge failed: trap, deadline, fuel, memory, missing import, refused module
          4  this machine cannot isolate the commands that the policy allows
         70  a fault of assay itself, or of this machine
        130  ended by SIGINT (129: SIGHUP, 143: SIGTERM), with everything cleaned up"
    `);
  });
});

const guest = (name: string, bytes: Uint8Array) => () => [
  "evaluate",
  temporaryFile(`${name}.wasm`, bytes),
  "--submission",
  "-",
];
const good = ["--submission", example("contest/submissions/good.sh")];
const contest = ["evaluate", CONTEST, "--policy", CONTEST_POLICY, ...good];

describe("every way to end that is no verdict", () => {
  it.each([
    {
      name: "a trap",
      args: guest("traps", guestModule({ evaluate: UNREACHABLE })),
      code: "TRAP",
      says: "unreachable",
    },
    {
      name: "a loop without end",
      args: () => [...guest("loops", guestModule({ evaluate: ENDLESS_LOOP }))(), "--timeout-ms", "300"],
      code: "DEADLINE",
      says: "the evaluation did not end within 300 ms",
    },
    {
      name: "a command that outlives the evaluation's time",
      args: () => [
        "evaluate",
        CONTEST,
        "--policy",
        CONTEST_POLICY,
        "--submission",
        example("contest/submissions/loops.sh"),
        "--timeout-ms",
        "700",
      ],
      code: "DEADLINE",
      says: "the evaluation did not end within 700 ms",
    },
    {
      name: "no fuel left",
      args: () => [
        "evaluate",
        example("contest/contest.wasm"),
        "--submission",
        example("contest/submissions/good.sh"),
        "--fuel",
        "1000",
      ],
      code: "OUT_OF_FUEL",
      says: "used up its fuel of 1000",
    },
    {
      name: "calls that nest for ever",
      args: guest("recurses", guestModule({ evaluate: RECURSE })),
      code: "STACK_EXHAUSTED",
      says: "nested too deep",
    },
    {
      name: "too much memory from the start",
      args: () => [...guest("big", guestModule({ memoryPages: 1000 }))(), "--memory-mib", "16"],
      code: "OUT_OF_MEMORY",
      says: "65536000 bytes",
    },
    {
      name: "imports that nobody provides, all of them named",
      args: guest(
        "links",
        guestModule({
          imports: [
            { module: "env", name: "abort", params: 4, result: null },
            { module: "platform_network", name: "http_get", params: 4, result: "i32" },
          ],
        }),
      ),
      code: "LINK_FAILED",
      says: /env::abort.*platform_network::http_get/,
    },
    {
      name: "an allocator that has no room",
      args: guest("full", guestModule({ alloc: i32Const(0) })),
      code: "ALLOCATION_FAILED",
      says: "alloc",
    },
    {
      name: "a result that is none",
      args: guest("null", guestModule({ evaluate: i64Const(0n) })),
      code: "BAD_RESULT",
      says: "result",
    },
    {
      name: "a file that is no module",
      args: guest("text", Buffer.from("hello, world")),
      code: "MODULE_REFUSED",
      says: "not a valid WebAssembly module",
    },
  ])("is 3 for $name", async ({ args, code, says }) => {
    const { report, exitCode } = await assayJson([...args(), "--log-level", "silent"]);
    expect(exitCode).toBe(3);
    expect(report.error?.code).toBe(code);
    expect(report.error?.message).toMatch(says);
  });

  it("is 4 where commands cannot be isolated, and names the protection", async () => {
    const { report, exitCode } = await assayJson([...contest, "--log-level", "silent"], {
      within: WITHOUT_BUBBLEWRAP,
    });
    expect(exitCode).toBe(4);
    expect(report.error).toMatchObject({ code: "ISOLATION_UNAVAILABLE" });
    expect(report.error?.message).toContain("bubblewrap is unavailable");
    expect(report.commands).toEqual([]);
  });

  it("is a verdict all the same where the policy allows no command, so that nothing has to be isolated", async () => {
    const challenge = temporaryFile("fine.wasm", answeringGuest(VALID));
    const { report, exitCode } = await assayJson(["evaluate", challenge, "--submission", "-"], {
      within: WITHOUT_BUBBLEWRAP,
    });
    expect(exitCode).toBe(0);
    expect(report).toMatchObject({ outcome: "valid", score: "7" });
  });

  it("is 70 when the working directory cannot be made", async () => {
    const { report, exitCode } = await assayJson([...contest, "--log-level", "silent"], {
      env: { TMPDIR: "/proc" },
    });
    expect(exitCode).toBe(70);
    expect(report.error?.code).toBe("WORK_DIRECTORY_FAILED");
  });

  it("is 70 when the report cannot be written", async () => {
    const challenge = temporaryFile("fine.wasm", answeringGuest(VALID));
    const shell = ["sh", "-c", 'exec "$0" "$@" >/dev/full'];
    const { exitCode, stderr } = await assay(["evaluate", challenge, "--submission", "-"], { within: shell });
    expect(exitCode).toBe(70);
    expect(stderr).toContain("ENOSPC");
  });

  it("is the verdict's own when only the reader of the report went away", async () => {
    const challenge = temporaryFile("fine.wasm", answeringGuest(VALID));
    const shell = ["sh", "-c", '{ "$0" "$@"; echo $? >&2; } | true'];
    const { stderr } = await assay(["evaluate", challenge, "--submission", "-"], { within: shell });
    expect(stderr.trim()).toBe("0");
  });

  it("is the verdict's own when nobody reads the log, and the process does not wait for a reader for ever", async () => {
    const challenge = temporaryFile("chatty.wasm", chattyGuest("x".repeat(8000), 120));
    const { child, ended } = startAssay(["evaluate", challenge, "--submission", "-"]);
    child.stderr.pause();
    expect(await once(child, "exit")).toEqual([0, null]);
    child.stderr.resume();
    expect((await ended).stdout).toMatch(/^VALID {2}score 7/);
  });

  it("is 2 when standard input, of which the submission should come, is closed; empty it can be", async () => {
    const challenge = temporaryFile("fine.wasm", answeringGuest(VALID));
    const closed = ["sh", "-c", 'exec "$0" "$@" <&-'];
    const empty = ["sh", "-c", 'exec "$0" "$@" </dev/null'];
    const args = ["evaluate", challenge, "--submission", "-"];
    const { report, exitCode } = await assayJson(args, { within: closed });
    expect(exitCode).toBe(2);
    expect(report.error).toEqual({
      code: "FILE_UNREADABLE",
      message: "the submission on standard input cannot be read: it is closed",
    });
    expect(await assay(args, { within: empty })).toMatchObject({ exitCode: 0 });
  });
});
