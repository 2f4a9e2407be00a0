import { describe, expect, it } from "vitest";
import {
  collectHostFunctions,
  type HostFunction,
  type HostFunctionRegistrar,
  type HostFunctionSignature,
  hostFunctionKey,
} from "../src/index.ts";
import { hostFailureOf } from "./support/failure.ts";

describe("collectHostFunctions", () => {
  it("finds each function by module and name", () => {
    const first = hostFunction("m", "f");
    const second = hostFunction("m", "g");
    const collected = collectHostFunctions([registrar("a", first), registrar("b", second)]);
    expect([...collected]).toEqual([
      [hostFunctionKey("m", "f"), first],
      [hostFunctionKey("m", "g"), second],
    ]);
  });

  it("lets two modules have functions of one name", () => {
    const collected = collectHostFunctions([registrar("a", hostFunction("m", "f"), hostFunction("n", "f"))]);
    expect(collected.size).toBe(2);
  });

  it("is empty without registrars", () => expect(collectHostFunctions([]).size).toBe(0));

  it("names both registrars that define one function", () => {
    const registrars = [
      registrar("sandbox", hostFunction("m", "f")),
      registrar("idle"),
      registrar("mock", hostFunction("m", "f")),
    ];
    expect(hostFailureOf(() => collectHostFunctions(registrars))).toEqual({
      code: "DUPLICATE_HOST_FUNCTION",
      module: "m",
      name: "f",
      registrars: ["sandbox", "mock"],
    });
    expect(() => collectHostFunctions(registrars)).toThrow(
      'host function m::f is defined by registrars "sandbox" and "mock"',
    );
  });

  it("names the registrar that defines one function twice", () => {
    const registrars = [registrar("sandbox", hostFunction("m", "f"), hostFunction("m", "f"))];
    expect(hostFailureOf(() => collectHostFunctions(registrars))).toMatchObject({
      code: "DUPLICATE_HOST_FUNCTION",
      registrars: ["sandbox", "sandbox"],
    });
    expect(() => collectHostFunctions(registrars)).toThrow(
      'host function m::f is defined by registrar "sandbox" twice',
    );
  });

  it("takes a function for a duplicate also when its levels or its type differ", () => {
    const registrars = [
      registrar("a", hostFunction("m", "f", { levels: ["head"] })),
      registrar("b", hostFunction("m", "f", { levels: ["pr33"], params: ["i32"] })),
    ];
    expect(hostFailureOf(() => collectHostFunctions(registrars))).toMatchObject({
      code: "DUPLICATE_HOST_FUNCTION",
    });
  });

  it.each([
    {
      problem: "more than one buffer parameter",
      invalid: hostFunction("m", "f", { params: ["buffer", "buffer"] }),
    },
    { problem: "an empty module or function name", invalid: hostFunction("", "f") },
    { problem: "an empty module or function name", invalid: hostFunction("m", "") },
    { problem: "a NUL character in the module or function name", invalid: hostFunction("m\0f", "g") },
    { problem: "a NUL character in the module or function name", invalid: hostFunction("m", "f\0g") },
    {
      problem: "an unknown parameter type",
      invalid: hostFunction("m", "f", { params: ["string" as "i32"] }),
    },
    { problem: "an unknown result type", invalid: hostFunction("m", "f", { result: "bytes" as "i32" }) },
    { problem: "an unknown kind", invalid: hostFunction("m", "f", { kind: "async" as "sync" }) },
  ])("refuses $problem", ({ problem, invalid }) => {
    expect(hostFailureOf(() => collectHostFunctions([registrar("r", invalid)]))).toEqual({
      code: "INVALID_HOST_FUNCTION",
      module: invalid.module,
      name: invalid.name,
      registrar: "r",
      problem,
    });
  });
});

function registrar(name: string, ...functions: readonly HostFunction[]): HostFunctionRegistrar {
  return { name, functions };
}

function hostFunction(
  module: string,
  name: string,
  signature: Partial<HostFunctionSignature> = {},
): HostFunction {
  return {
    module,
    name,
    signature: { params: [], result: null, kind: "sync", ...signature },
    handle: () => ({}),
  };
}
