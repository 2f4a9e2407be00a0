import { describe, expect, it } from "vitest";
import { createTrapMaker } from "../../src/guest/engine-trap.ts";
import { webAssembly } from "../../src/webassembly.ts";
import { buildModule, op } from "../support/wasm-builder.ts";

/** `call` calls `host::fail` and returns 1; whatever that throws or rejects with, it catches, and returns 2. */
const catching = buildModule({
  imports: [{ module: "host", name: "fail" }],
  memories: [],
  functions: {
    call: {
      results: ["i32"],
      body: [op.block(op.tryCatchAll(op.call("fail"), op.i32(1), op.return)), op.i32(2)],
    },
  },
});

function callWith(fail: () => Promise<unknown>): Promise<unknown> {
  const imports = { host: { fail: new webAssembly.Suspending(fail) } };
  const { exports } = new webAssembly.Instance(new webAssembly.Module(catching), imports);
  return webAssembly.promising(exports["call"] as never)();
}

const thrownBy = (thrown: unknown) => [
  () => Promise.reject(thrown),
  () => {
    throw thrown;
  },
];

describe("a guest that catches everything", () => {
  it("cannot catch a trap of the engine, whether its import rejects with it, throws it, or does so later", async () => {
    const trap = createTrapMaker()();
    const later = () => new Promise((_, reject) => setImmediate(() => reject(trap)));
    for (const fail of [...thrownBy(trap), later]) await expect(callWith(fail)).rejects.toBe(trap);
  });

  it.each([new Error("plain"), new webAssembly.RuntimeError("unreachable"), "a string", undefined])(
    "catches whatever else there is: %s",
    async (thrown) => {
      for (const fail of thrownBy(thrown)) expect(await callWith(fail)).toBe(2);
    },
  );

  it("is left alone where nothing is thrown", async () => {
    expect(await callWith(async () => {})).toBe(1);
  });
});

it("every trap is one of its own", () => {
  const createTrap = createTrapMaker();

  expect(createTrap()).toBeInstanceOf(webAssembly.RuntimeError);
  expect(createTrap()).not.toBe(createTrap());
});
