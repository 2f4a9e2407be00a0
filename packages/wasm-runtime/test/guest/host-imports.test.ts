import { describe, expect, it } from "vitest";
import { createHostImports, liftArguments } from "../../src/guest/host-imports.ts";

const NO_CALLS = async () => 0;

describe("arguments", () => {
  it("take two values for each region and one for each number, in order", () => {
    expect(
      liftArguments(["i32", "bytes", "i64", "buffer", "f64"], [-1, 4, 5, 6n, 7, 8, 0.5], null, 10),
    ).toEqual([
      -1,
      { ok: false, fault: "memory export not found", length: 5 },
      6n,
      { pointer: 7, capacity: 8, inBounds: false },
      0.5,
    ]);
  });

  it("read pointers and lengths as unsigned", () => {
    expect(liftArguments(["buffer"], [-1, -2147483648], null, 10)).toEqual([
      { pointer: 4_294_967_295, capacity: 2_147_483_648, inBounds: false },
    ]);
  });
});

describe("an import object", () => {
  it("has no prototype on either level, and takes __proto__ for a name", () => {
    const functions = [
      { index: 0, module: "__proto__", name: "constructor", params: [], kind: "sync" },
      { index: 1, module: "host", name: "__proto__", params: [], kind: "sync" },
    ] as const;
    const imports = createHostImports(functions, 10, () => null, NO_CALLS);

    expect(Object.getPrototypeOf(imports)).toBeNull();
    expect(Object.keys(imports)).toEqual(["__proto__", "host"]);
    expect(Object.getPrototypeOf(imports["host"])).toBeNull();
    const linked = Object.values(imports).map((each) => Object.entries(each));
    expect(linked).toEqual([[["constructor", expect.anything()]], [["__proto__", expect.anything()]]]);
    expect("toString" in imports).toBe(false);
  });
});
