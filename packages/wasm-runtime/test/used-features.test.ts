import { expect, it } from "vitest";
import { readModuleShape } from "../src/rewrite/module-shape.ts";
import { surveyCode, type UsedFeature } from "../src/used-features.ts";
import { webAssembly } from "../src/webassembly.ts";
import { type Body, buildModule, type ModuleSpec, op } from "./support/wasm-builder.ts";

function survey(spec: ModuleSpec) {
  const bytes = buildModule(spec);
  expect(webAssembly.validate(bytes)).toBe(true);
  return surveyCode(readModuleShape(bytes));
}

const V128_CONST: Body = [0xfd, 0x0c, ...Array<number>(16).fill(0)];
const F64_ADD: Body = [0xa0];
const ATOMIC_FENCE: Body = [0xfe, 0x03, 0x00];
const RELAXED_MADD: Body = [V128_CONST, V128_CONST, V128_CONST, 0xfd, 0x85, 0x02, op.drop];

it.each<{ features: UsedFeature[]; by: string; body: Body; more?: ModuleSpec }>([
  { features: [], by: "arithmetic of integers", body: [op.i32(1), op.i32(2), op.i32Add, op.drop] },
  {
    features: ["bulk-memory"],
    by: "memory.fill",
    body: [op.i32(0), op.i32(0), op.i32(0), op.memoryFill],
  },
  { features: ["floating-point"], by: "f64.const", body: [op.f64(1), op.drop] },
  {
    features: ["floating-point"],
    by: "a conversion from floating point",
    body: [op.f32(1), 0xa8, op.drop],
  },
  {
    features: ["computed-nans", "floating-point"],
    by: "f64.add",
    body: [op.i32(0), op.f64(1), op.f64(2), F64_ADD, op.f64Store()],
  },
  {
    features: ["floating-point", "saturating-truncation"],
    by: "i32.trunc_sat_f64_s",
    body: [op.f64(1), 0xfc, 0x02, op.drop],
  },
  { features: ["sign-extension"], by: "i32.extend8_s", body: [op.i32(1), 0xc0, op.drop] },
  { features: ["simd"], by: "v128.const", body: [V128_CONST, op.drop] },
  { features: ["reference-types"], by: "ref.null", body: [op.refNull, op.drop] },
  {
    features: ["reference-types"],
    by: "a select with its type",
    body: [op.i32(1), op.i32(2), op.i32(0), 0x1c, 1, 0x7f, op.drop],
  },
  { features: ["tail-calls"], by: "return_call", body: [0x12, { callee: "f" }] },
  {
    features: ["exceptions"],
    by: "throw",
    body: [op.throw(0)],
    more: { tags: [[]] },
  },
  {
    features: ["multi-value"],
    by: "a block with two results",
    body: [0x02, 1, op.i32(1), op.i32(2), 0x0b, op.drop, op.drop],
    more: { functions: { f: { body: [] }, pair: { results: ["i32", "i32"], body: [op.i32(1), op.i32(2)] } } },
  },
])("sees $features in $by", ({ features, body, more = {} }) => {
  const { refusals, ...found } = survey({ ...more, functions: { ...more.functions, f: { body } } });
  expect(refusals).toEqual([]);
  expect(found.features).toEqual(features.map((feature) => ({ feature, functions: 1 })));
});

it("counts the functions that use a feature, and not how often they do", () => {
  const twice: Body = [op.f64(1), op.drop, op.f64(1), op.drop];
  const { features } = survey({ functions: { a: { body: twice }, b: { body: twice }, c: { body: [] } } });
  expect(features).toEqual([{ feature: "floating-point", functions: 2 }]);
});

it("sees a vector that is only kept in a local", () => {
  const { features } = survey({ functions: { f: { locals: ["v128"], body: [] } } });
  expect(features).toEqual([{ feature: "simd", functions: 1 }]);
});

it("goes on behind a function that is refused, and tells kinds of refusal apart", () => {
  const { features, refusals } = survey({
    imports: [{ module: "m", name: "imported" }],
    functions: {
      fence: { body: ATOMIC_FENCE },
      relaxed: { body: RELAXED_MADD },
      again: { body: ATOMIC_FENCE },
      float: { body: [op.f32(1), op.drop] },
    },
  });
  expect(features).toEqual([{ feature: "floating-point", functions: 1 }]);
  expect(refusals).toMatchObject([
    { refusal: { functionIndex: 1, feature: "threads", opcode: "0xfe 0x03" }, functions: 2 },
    { refusal: { functionIndex: 2, feature: "relaxed-simd", opcode: "0xfd 0x105" }, functions: 1 },
  ]);
});

it("finds nothing in a module without code", () => {
  expect(surveyCode(readModuleShape(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)))).toEqual({
    features: [],
    refusals: [],
  });
});
