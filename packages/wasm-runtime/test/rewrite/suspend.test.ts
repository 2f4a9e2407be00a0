import { describe, expect, it } from "vitest";
import { webAssembly } from "../../src/webassembly.ts";
import { engine, functionOf, globalOf, rewritten } from "../support/rewritten.ts";
import { buildModule, op } from "../support/wasm-builder.ts";

/** Counts global 0 up for ever, and catches whatever it can. */
const stubborn = buildModule({
  globals: [{ type: "i32", value: 0 }],
  exports: [{ name: "count", kind: 3, index: 0 }],
  functions: {
    run: {
      body: [
        op.loop(
          op.tryCatchAll(op.loop(op.globalGet(0), op.i32(1), op.i32Add, op.globalSet(0), op.br(0))),
          op.br(0),
        ),
      ],
    },
  },
});

const trapping = buildModule({ functions: { trap: { body: [op.unreachable] } } });

function trapObject(): unknown {
  const { trap } = new engine.Instance(new engine.Module(trapping), {}).exports;
  try {
    if (typeof trap === "function") trap();
  } catch (error) {
    return error;
  }
  throw new Error("did not trap");
}

/** Runs guests in turns of `slice` on one thread until each has had `turns` of them, and ends them. */
async function takeTurns(guests: number, slice: bigint, turns: number): Promise<readonly number[]> {
  const result = rewritten(stubborn);
  const module = new engine.Module(result.bytes);
  const end = trapObject();
  const runs = Array.from({ length: guests }, async () => {
    let granted = 0;
    const refill = new webAssembly.Suspending(async (left) => {
      await new Promise(setImmediate);
      if (granted === turns) throw end;
      granted += 1;
      return BigInt(left) + slice;
    });
    const { yieldImport } = result.names;
    const { exports } = new engine.Instance(module, { [yieldImport.module]: { [yieldImport.name]: refill } });
    await expect(webAssembly.promising(functionOf(exports, "run"))()).rejects.toBe(end);
    return Number(globalOf(exports, "count").value);
  });
  return Promise.all(runs);
}

describe("guests that yield by suspending", () => {
  it("run in turns on one thread, and end where the last slice ends, whatever they catch", async () => {
    const counts = await takeTurns(20, 1_000n, 5);

    expect(new Set(counts).size).toBe(1);
    // Five instructions for each time around; the one that the last of the fuel begins is run as a whole.
    expect(counts[0]).toBe(Math.floor(5_000 / 5) + 1);
  });

  it("get equally far with one slice as with many", async () => {
    const [one] = await takeTurns(1, 10_000n, 1);
    const [many] = await takeTurns(1, 100n, 100);

    expect(one).toBe(many);
  });
});
