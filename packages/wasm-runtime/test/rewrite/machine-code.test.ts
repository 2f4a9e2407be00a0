import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_ADMISSION_LIMITS } from "../../src/rewrite/admission.ts";
import { rewriteModule } from "../../src/rewrite/rewrite.ts";
import { type Body, buildModule, op } from "../support/wasm-builder.ts";

const FIXTURE = fileURLToPath(new URL("../fixtures/compiles-with-estimates.ts", import.meta.url));
const BASELINE = ["--no-wasm-lazy-compilation", "--liftoff-only", "--trace-wasm-compilation-times"];

interface Compiled {
  readonly name: string;
  readonly estimated: number;
  /** What the engine made. */
  readonly codeBytes: number;
}

/** What the baseline compiler makes of all modules of the fixture. */
async function compileAll(): Promise<readonly Compiled[]> {
  const args = [...BASELINE, "--conditions=@assay/source", FIXTURE];
  // Only to a pipe do the engine and the fixture write in turn; what Node.js gives a child is none.
  const command = ["-c", '"$0" "$@" | cat', process.execPath, ...args];
  const { stdout } = await promisify(execFile)("sh", command, { maxBuffer: 2 ** 28 });
  const all: Compiled[] = [];
  let codeBytes = 0;
  let current = "";
  for (const line of stdout.split("\n")) {
    const [, module = "", size = "0"] = /^Compiled function (\w+)#.* codesize (\d+)/.exec(line) ?? [];
    if (line.startsWith("{")) {
      all.push({ ...JSON.parse(line), codeBytes });
      // The next module may get the same address, once this one is collected.
      current = "";
    }
    if (module === "") continue;
    // Node.js has modules of its own.
    if (module !== current) codeBytes = 0;
    current = module;
    codeBytes += Number(size);
  }
  return all;
}

function estimateOf(body: Body): number {
  const rewritten = rewriteModule(buildModule({ functions: { run: { params: ["i32"], body } } }));
  if (!rewritten.ok) throw new Error(rewritten.refusal.reason);
  return rewritten.machineCodeBytes;
}

describe("the estimate of a module's machine code", () => {
  it.runIf(process.arch === "x64")("is not less than what the baseline compiler makes of it", async () => {
    const compiled = await compileAll();
    // What is added for the pages that a module begins with would hide what its instructions lack.
    const tooLow = compiled.filter(
      ({ estimated, codeBytes }) => estimated - estimateOf([]) < codeBytes - 1_000,
    );

    expect(compiled.length).toBeGreaterThan(600);
    expect(compiled.every(({ codeBytes }) => codeBytes > 100)).toBe(true);
    expect(tooLow).toEqual([]);
  });

  it("grows with every instruction", () => {
    const pieces = [
      op.loop(),
      op.block(op.get(0), op.brIf(0)),
      [op.get(0), op.set(0)],
      op.i32(1).concat(op.drop),
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces)), fc.constantFrom(...pieces), (body, more) => {
        expect(estimateOf([...body, more])).toBeGreaterThan(estimateOf(body));
      }),
      { numRuns: 200 },
    );
  });

  it("is the same however often it is made", () => {
    const body = op.loop(op.get(0), op.brIf(0));
    expect(estimateOf(body)).toBe(estimateOf(body));
  });
});

it("a module of more machine code than it may have is refused by its estimate, and nobody else", () => {
  const bytes = buildModule({ functions: { run: { body: op.loop() } } });
  const { machineCodeBytes } = rewriteModule(bytes) as { readonly machineCodeBytes: number };
  const limited = (maxMachineCodeBytes: number) =>
    rewriteModule(bytes, { limits: { ...DEFAULT_ADMISSION_LIMITS, maxMachineCodeBytes } });

  expect(limited(machineCodeBytes).ok).toBe(true);
  expect(limited(machineCodeBytes - 1)).toEqual({
    ok: false,
    refusal: { reason: "too-much-machine-code", machineCodeBytes, maxMachineCodeBytes: machineCodeBytes - 1 },
  });
});
