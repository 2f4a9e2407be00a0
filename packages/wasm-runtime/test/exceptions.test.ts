import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { HostFunctionHandler } from "@assay/host-interface";
import { describe, expect, it } from "vitest";
import { createRuntime } from "../src/runtime.ts";
import { exceptionChain, HOARD_PLACES, hoarding } from "./support/exception-hoards.ts";
import { buildGuest, INPUT, RETURN_VERDICT, returnScore, returnScore32, VERDICT } from "./support/guests.ts";
import { heapBytes } from "./support/heap.ts";
import { registrar } from "./support/hosts.ts";
import { rejectionOf } from "./support/refusal.ts";
import { plainGuest } from "./support/rewritten.ts";
import { sharedRuntime } from "./support/shared-runtime.ts";
import { type Body, type ImportSpec, op, text, type ValType } from "./support/wasm-builder.ts";

const runtime = sharedRuntime();
const GUESTS = 8;

/** The heap is measured in a process of its own: nothing else changes it there. */
async function linesOf(fixture: string, ...args: readonly string[]): Promise<unknown[]> {
  const file = fileURLToPath(new URL(`fixtures/${fixture}`, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--conditions=@assay/source",
    file,
    ...args,
  ]);
  return stdout
    .trim()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
}

describe("the exceptions that a guest keeps alive", () => {
  const heapOf = async (mode: "plain" | "rewritten", depth: number) => {
    const lines = await linesOf("hoards-exceptions.ts", mode, String(GUESTS), "20", String(depth));
    expect(lines).toMatchObject(HOARD_PLACES.map((place) => ({ place, waiting: GUESTS })));
    return lines.map((line) => Number(Reflect.get(Object(line), "kibPerGuest")));
  };

  it("take no more of the heap than its calls may take of the stack, wherever it keeps them", async () => {
    for (const kibPerGuest of await heapOf("rewritten", 0)) {
      // Fewer would say that they were not kept at all.
      expect(kibPerGuest).toBeGreaterThan(128);
      expect(kibPerGuest).toBeLessThan(1024);
    }
    // The positive control: the same guests as they are, no deeper than the engine lets them go.
    for (const kibPerGuest of await heapOf("plain", 500)) expect(kibPerGuest).toBeGreaterThan(8 * 1024);
  });

  it("leave a thread enough for all the guests that share it", async () => {
    const guests = 64;
    await using crowded = createRuntime({ maxThreads: 1, guestsPerThread: guests, threadHeapMiB: 128 });
    const allThere = Promise.withResolvers<void>();
    let waiting = 0;
    const bottom: HostFunctionHandler = async () => {
      waiting += 1;
      if (waiting === guests) allThere.resolve();
      await allThere.promise;
      return {};
    };
    const host = registrar({ bottom: { params: [], result: null, kind: "suspending", handle: bottom } });
    const guest = buildGuest({
      ...hoarding("operands", 20),
      evaluate: [op.i32(30), op.call("run"), RETURN_VERDICT],
    });
    const reports = await Promise.all(
      Array.from({ length: guests }, () =>
        crowded.evaluate(guest, INPUT, { registrars: [host], maxMemoryBytes: 65_536 }),
      ),
    );

    expect(reports.map(({ outcome }) => outcome.kind)).toEqual(reports.map(() => "returned"));
  });

  it("do not grow in number when it throws and catches until its fuel ends", async () => {
    const [line] = await linesOf("throws-for-ever.ts");

    expect(line).toMatchObject({ ended: "out-of-fuel" });
    expect(Reflect.get(Object(line), "rounds")).toBeGreaterThan(50);
    expect(Reflect.get(Object(line), "grownKib")).toBeLessThan(256);
  });
});

describe("an exception may be kept in locals and operands only: refused is", () => {
  const importing = (kind: readonly number[]) => [1, ...text("host"), ...text("kept"), ...kind];
  const EXNREF = 0x69;

  it.each<{ name: string; tags?: ValType[][]; imports?: ImportSpec[]; sections?: Record<number, number[]> }>([
    { name: "a table of them", sections: { 4: [1, EXNREF, 0, 10] } },
    { name: "a global", sections: { 6: [1, EXNREF, 1, 0xd0, EXNREF, 0x0b] } },
    { name: "an exception in an exception", tags: [["i32", "exnref"]] },
    { name: "an imported table", sections: { 2: importing([1, EXNREF, 0, 10]) } },
    { name: "an imported global", sections: { 2: importing([3, EXNREF, 1]) } },
    {
      name: "an imported tag that carries one",
      imports: [{ module: "host", name: "tag", tag: ["exnref"] }],
    },
  ])("$name", async ({ tags = [], imports = [], sections = {} }) => {
    const guest = buildGuest({ tags, imports, rawSections: sections });

    expect(await rejectionOf(runtime.compile(guest))).toMatchObject({
      code: "MODULE_REFUSED",
      reason: "unsupported",
      feature: "stored-exceptions",
    });
  });
});

it("an exception in an exception would let a guest keep as many as it likes, in one local", () => {
  const before = heapBytes();
  let held = 0;
  const bottom = () => {
    held = heapBytes() - before;
  };
  plainGuest(exceptionChain(), { host: { bottom } }).call("run", 300_000);

  expect(held).toBeGreaterThan(16 * 1024 * 1024);
});

describe("a guest's exception", () => {
  const run = async (evaluate: Body, tags: ValType[][] = [["i64"]]) =>
    (await runtime.evaluate(buildGuest({ tags, evaluate }), INPUT)).outcome;
  const returned = (score: bigint) => ({ kind: "returned", value: { ...VERDICT, score } });
  /** What `caught` is, and the exception, are on the stack behind it. */
  const catching = (kind: number, tag: Body, results: number, body: Body): Body => [
    [0x02, results],
    [0x1f, 0x40, 1, kind, tag, 0],
    [body, 0x0b, op.unreachable, 0x0b],
  ];
  const I64 = 0x7e;
  const EXNREF = 0x69;
  const thrown: Body = [op.i64(41n), op.throw(0)];

  it("is caught with its values", async () => {
    expect(await run(returnScore(catching(0, [0], I64, thrown)))).toEqual(returned(41n));
  });

  it("is caught, thrown again and caught outside, with its values", async () => {
    const again = [catching(3, [], EXNREF, thrown), [0x0a]];

    expect(await run(returnScore(catching(0, [0], I64, again)))).toEqual(returned(41n));
  });

  it("passes a handler of another tag", async () => {
    const other = [[0x02, 0x7f], [0x1f, 0x40, 1, 0, 1, 0], thrown, 0x0b, op.unreachable, 0x0b, op.drop];

    expect(await run(returnScore(catching(0, [0], I64, other)), [["i64"], ["i32"]])).toEqual(returned(41n));
  });

  it("ends the call as a trap when nobody catches it, and the next call is none the worse", async () => {
    expect(await run(thrown)).toEqual({
      kind: "trap",
      phase: "call",
      message: "uncaught exception",
      frames: [],
    });
    expect(await run(returnScore32(op.i32(1)))).toEqual(returned(1n));
  });

  it("cannot have a tag of the host's", async () => {
    const guest = buildGuest({ imports: [{ module: "host", name: "tag", tag: ["i64"] }] });

    expect((await runtime.evaluate(guest, INPUT)).outcome).toMatchObject({
      kind: "link-failed",
      missing: [{ module: "host", name: "tag", type: "tag" }],
    });
  });

  it("carries at most 16 values, unless the runtime is told otherwise", async () => {
    const values = (count: number) =>
      buildGuest({ tags: [Array.from({ length: count }, () => "i32" as const)] });

    expect(await rejectionOf(runtime.compile(values(17)))).toMatchObject({
      reason: "too-many",
      item: "values in a tag",
      count: 17,
      limit: 16,
    });
    expect(await rejectionOf(runtime.compile(values(16)))).toBeNull();
  });
});
