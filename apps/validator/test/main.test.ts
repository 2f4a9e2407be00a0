import { describe, expect, it } from "vitest";
import { assay, CONTEST, parseReport, temporaryFile } from "./support/assay.ts";
import { answeringGuest, VALID } from "./support/guest-module.ts";

/** Code that Node runs before `assay`. */
const preloading = (code: string) => ({
  NODE_OPTIONS: `--import=${JSON.stringify(`data:text/javascript,${encodeURIComponent(code)}`)}`,
});

const fine = () => ["evaluate", temporaryFile("fine.wasm", answeringGuest(VALID)), "--submission", "-"];

describe("what breaks is never a verdict", () => {
  it("an exception that nobody catches is 70", async () => {
    const boom = `const wait = () => process.listenerCount("uncaughtException") ? process.nextTick(() => { throw new Error("boom") }) : setImmediate(wait); wait();`;
    const { exitCode, stdout, stderr } = await assay(fine(), { env: preloading(boom) });
    expect({ exitCode, stdout }).toEqual({ exitCode: 70, stdout: "" });
    expect(stderr).toBe("assay: boom\n");
  });

  it("a Node that is too old is 2, and says which is needed", async () => {
    const old = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "22.19.0" } });`;
    const { exitCode, stdout, stderr } = await assay(fine(), { env: preloading(old) });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain("Node 24.21 or newer is needed, and this is 22.19.0.");
  });

  it("an engine without promise integration is 2, with the reason in the report", async () => {
    const without = `delete WebAssembly.Suspending;`;
    const { exitCode, stdout } = await assay([...fine(), "--json"], { env: preloading(without) });
    expect(exitCode).toBe(2);
    expect(parseReport(stdout).error).toMatchObject({ code: "ENGINE_UNSUPPORTED" });
  });
});

it("doctor shows what can be isolated on an engine without promise integration, and that it is not enough", async () => {
  const { exitCode, stdout } = await assay(["doctor"], { env: preloading("delete WebAssembly.Suspending;") });
  expect(exitCode).toBe(2);
  expect(stdout).toMatch(/^seccomp +active/m);
  expect(stdout).toContain("NOT READY  Node ");
});

describe("errors for people", () => {
  it("come without a stack", async () => {
    const { stderr } = await assay(["evaluate", CONTEST, "--submission", "/nowhere"]);
    expect(stderr).toBe("assay: the submission /nowhere: there is no such file; check the path\n");
  });

  it("come with one when ASSAY_DEBUG is 1", async () => {
    const { stderr } = await assay(["evaluate", CONTEST, "--submission", "/nowhere"], {
      env: { ASSAY_DEBUG: "1" },
    });
    expect(stderr).toMatch(/ValidatorError: .*\n +at /);
  });

  it.each([
    { name: "in the report", args: ["evaluate", "\u001b[2J\nassay: VALID", "--submission", "any"], env: {} },
    {
      name: "that nobody catches",
      args: ["doctor"],
      env: preloading(
        String.raw`process.on("exit", () => {}); setImmediate(() => { throw new Error("\u001b[2J\nassay: VALID") });`,
      ),
    },
  ])(
    "come with a stack that a terminal cannot obey, and that cannot write a line of ours: $name",
    async (row) => {
      const { exitCode, stderr } = await assay(row.args, { env: { ...row.env, ASSAY_DEBUG: "1" } });
      expect(exitCode).toBeGreaterThan(1);
      expect(stderr).toContain("\\u{1b}[2J");
      expect(stderr).not.toMatch(/\u001b|\nassay: VALID/);
    },
  );
});

it("a descriptor that a shell left open is no obstacle", async () => {
  const within = ["bash", "-c", 'exec 7</dev/null; "$0" "$@"'];
  const { exitCode } = await assay(["doctor"], { within });
  expect(exitCode).toBe(0);
});
