import { describe, expect, it } from "vitest";
import { createWasi } from "../../../src/guest/wasi/create-wasi.ts";
import { ERRNO } from "../../../src/guest/wasi/errno.ts";
import { DEFAULT_WASI_CONFIG } from "../../../src/wasi-config.ts";
import { WASI_FUNCTIONS, WASI_MODULE, type WasiFunctionName } from "../../../src/wasi-functions.ts";
import { engine, meteredGuest, plainGuest, rewritten } from "../../support/rewritten.ts";
import { Exited, wasiHost } from "../../support/wasi-host.ts";
import { type Body, buildModule, type ImportSpec, op } from "../../support/wasm-builder.ts";

const NAMES = Object.keys(WASI_FUNCTIONS) as WasiFunctionName[];

function importOf(name: WasiFunctionName): ImportSpec {
  const { params, results } = WASI_FUNCTIONS[name];
  return { module: WASI_MODULE, name, params, results };
}

const trapping = new engine.Instance(
  new engine.Module(buildModule({ functions: { trap: { body: [op.unreachable] } } })),
  {},
).exports["trap"] as () => never;

/** A guest that runs `body`, with WASI, and what it wrote and ended with. */
function guestWith(body: Body, exit: (code: number) => never = trapping) {
  const exits: number[] = [];
  const written: string[] = [];
  const bytes = buildModule({
    imports: [importOf("fd_write"), importOf("proc_exit"), importOf("clock_time_get")],
    functions: { run: { results: ["i32"], body } },
    data: [{ offset: 64, bytes: Buffer.from("hello") }],
  });
  const { imports } = createWasi(DEFAULT_WASI_CONFIG, {
    memory: () => guest.exports["memory"] as never,
    fuelUsed: () => Number(guest.fuelUsed()),
    charge: () => {},
    output: (stream, part) => written.push(`${stream}: ${Buffer.from(part).toString()}`),
    exit: (code) => {
      exits.push(code);
      return exit(code);
    },
  });
  const guest = meteredGuest(rewritten(bytes), { [WASI_MODULE]: imports });
  return { guest, written, exits };
}

describe("the imports", () => {
  it("are exactly the functions of preview 1, without prototype", () => {
    const { imports } = createWasi(DEFAULT_WASI_CONFIG, {
      memory: () => null,
      fuelUsed: () => 0,
      charge: () => {},
      output: () => {},
      exit: trapping,
    });

    expect(Object.keys(imports).sort()).toEqual(NAMES.toSorted());
    expect(NAMES.length).toBe(46);
    expect(Object.getPrototypeOf(imports)).toBeNull();
  });

  it("can be called by a guest with the types of the table, whatever its arguments", () => {
    const calls = NAMES.filter((name) => name !== "proc_exit").map((name) => [
      WASI_FUNCTIONS[name].params.map((type) => (type === "i64" ? op.i64(-1n) : op.i32(-1))),
      op.call(name),
      op.drop,
    ]);
    const bytes = buildModule({ imports: NAMES.map(importOf), functions: { run: { body: calls } } });
    let charges = 0;
    const { imports } = createWasi(DEFAULT_WASI_CONFIG, {
      memory: () => guest.exports["memory"] as never,
      fuelUsed: () => 0,
      charge: () => {
        charges += 1;
      },
      output: () => {},
      exit: trapping,
    });
    const guest = plainGuest(bytes, { [WASI_MODULE]: imports });

    expect(guest.call("run")).toEqual({ returned: undefined });
    expect(charges).toBeGreaterThanOrEqual(calls.length);
  });

  it("each cost something, whatever comes of the call", () => {
    for (const name of NAMES) {
      const host = wasiHost();
      try {
        host.call(name, ...WASI_FUNCTIONS[name].params.map((type) => (type === "i64" ? 0n : -1)));
      } catch (error) {
        expect(error).toBeInstanceOf(Exited);
      }
      expect(host.charged).toBe(10_000);
    }
  });
});

describe("a guest", () => {
  it("writes what it has in its memory", () => {
    const write = [op.i32(1), op.i32(128), op.i32(1), op.i32(136), op.call("fd_write")];
    const vector = [op.i32(128), op.i32(64), op.i32Store(), op.i32(128), op.i32(5), op.i32Store(4)];
    const { guest, written } = guestWith([vector, write]);

    expect(guest.call("run")).toEqual({ returned: ERRNO.success });
    expect(written).toEqual(["stdout: hello"]);
  });

  it("sees its clock move by what it computes", () => {
    const read = [op.i32(1), op.i64(0n), op.i32(128), op.call("clock_time_get"), op.drop];
    const count = [op.i32(0), op.i32(5_000), op.memoryFill];
    const run = (body: Body) => {
      const { guest } = guestWith([body, read, op.i32(128), op.i32Load()]);
      const outcome = guest.call("run");
      return "returned" in outcome ? Number(outcome.returned) : Number.NaN;
    };
    const [idle, busy] = [run([]), run([op.i32(0), count])];

    // A unit of fuel for each 8 bytes; ten units are a nanosecond.
    expect(busy - idle).toBeGreaterThanOrEqual(5_000 / 8 / 10 - 1);
    expect(run([op.i32(0), count])).toBe(busy);
  });
});

describe("proc_exit", () => {
  const exitAndGoOn = [op.tryCatchAll(op.i32(-2), op.call("proc_exit")), op.i32(7)];

  it("ends a guest that catches everything, and tells the code as an unsigned number", () => {
    const { guest, exits } = guestWith(exitAndGoOn);

    expect(guest.call("run")).toEqual({ trapped: "unreachable" });
    expect(exits).toEqual([2 ** 32 - 2]);
  });

  it("would not end it with any other error", () => {
    const { guest } = guestWith(exitAndGoOn, () => {
      throw new Exited();
    });

    expect(guest.call("run")).toEqual({ returned: 7 });
  });

  it.each([0, 1, 33, 255])("tells code %i", (code) => {
    const host = wasiHost();

    expect(() => host.call("proc_exit", code)).toThrow(Exited);
    expect(host.exits).toEqual([code]);
  });
});
