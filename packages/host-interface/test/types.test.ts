import { describe, expect, expectTypeOf, it } from "vitest";
import {
  type AnySchema,
  bincode,
  decode,
  encode,
  type Infer,
  type sandboxExecError,
  type sandboxExecRequest,
  type taskResult,
} from "../src/index.ts";

const {
  bytes,
  enumeration,
  fixedBytes,
  i64,
  map,
  option,
  result,
  string,
  struct,
  tuple,
  u8,
  u64,
  unit,
  vec,
} = bincode;

describe("the type of a schema's values", () => {
  it("follows from the schema", () => {
    const schema = struct({
      a: u8,
      b: u64,
      c: option(string),
      d: vec(tuple(string, bytes)),
      e: map(u8, i64),
      f: fixedBytes(32),
      g: enumeration({ Off: unit, On: string }),
      h: result(unit, string),
    });
    expectTypeOf<Infer<typeof schema>>().toEqualTypeOf<{
      readonly a: number;
      readonly b: bigint;
      readonly c: string | null;
      readonly d: readonly (readonly [string, Uint8Array])[];
      readonly e: readonly (readonly [number, bigint])[];
      readonly f: Uint8Array;
      readonly g: { readonly variant: "Off" } | { readonly variant: "On"; readonly value: string };
      readonly h: { readonly variant: "Ok" } | { readonly variant: "Err"; readonly value: string };
    }>();
  });

  it("is that of the original's message", () => {
    expectTypeOf<Infer<typeof sandboxExecRequest.head>>().toEqualTypeOf<{
      readonly command: string;
      readonly args: readonly string[];
      readonly envVars: readonly (readonly [string, string])[];
      readonly workingDir: string | null;
      readonly stdin: Uint8Array | null;
      readonly timeoutMs: bigint;
    }>();
    expectTypeOf<Infer<typeof sandboxExecError.head>["variant"]>().toEqualTypeOf<
      "Disabled" | "CommandNotAllowed" | "ExecutionTimeout" | "ExecutionFailed" | "MemoryError"
    >();
    expectTypeOf<Infer<typeof taskResult>["score"]>().toEqualTypeOf<number>();
  });

  it("is unknown for a schema that was built at run time", () => {
    expectTypeOf<Infer<AnySchema>>().toEqualTypeOf<unknown>();
  });
});

describe("the compiler refuses", () => {
  it("values that are not of the schema", () => {
    // @ts-expect-error: a u64 is a bigint.
    expect(() => encode(u64, 1)).toThrow();
    // @ts-expect-error: the second one is no number.
    expect(() => encode(vec(u8), [1, "2"])).toThrow();
    // @ts-expect-error: null is no text unless it is optional.
    expect(() => encode(string, null)).toThrow();
    // @ts-expect-error: a field is missing.
    expect(() => encode(struct({ a: u8, b: u8 }), { a: 1 })).toThrow();
    // @ts-expect-error: there is no such variant.
    expect(() => encode(enumeration({ Off: unit }), { variant: "On" })).toThrow();
    // @ts-expect-error: the variant has a payload.
    expect(() => encode(enumeration({ On: string }), { variant: "On" })).toThrow();
  });

  it("to take a decoded value for something else", () => {
    // @ts-expect-error: an i64 decodes to a bigint.
    const score: number = decode(i64, new Uint8Array(8));
    expect(score).toBe(0n);
  });

  it("keys that JavaScript would not compare as Rust does", () => {
    // @ts-expect-error: two equal byte arrays are two keys in JavaScript.
    expect(() => map(bytes, u8)).toThrow();
  });
});
