import fc from "fast-check";
import { type AnySchema, bincode } from "../../src/index.ts";

const text = fc.string({ unit: "binary", maxLength: 12 });
const bytes = fc.uint8Array({ maxLength: 24 });

/** Values of a schema, the edges of every range among them. */
export function valuesOf(schema: AnySchema): fc.Arbitrary<unknown> {
  switch (schema.kind) {
    case "u8":
      return fc.integer({ min: 0, max: 0xff });
    case "u16":
      return fc.integer({ min: 0, max: 0xffff });
    case "u32":
      return fc.integer({ min: 0, max: 0xffff_ffff });
    case "u64":
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    case "i8":
      return fc.integer({ min: -0x80, max: 0x7f });
    case "i16":
      return fc.integer({ min: -0x8000, max: 0x7fff });
    case "i32":
      return fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });
    case "i64":
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case "f32":
      return fc.float();
    case "f64":
      return fc.double();
    case "bool":
      return fc.boolean();
    case "string":
      return text;
    case "bytes":
      return bytes;
    case "unit":
      return fc.constant(null);
    case "fixed-bytes":
      return fc.uint8Array({ minLength: schema.length, maxLength: schema.length });
    case "option":
      return fc.option(valuesOf(schema.some));
    case "vec":
      return fc.array(valuesOf(schema.item), { maxLength: 5 });
    case "map":
      return fc.uniqueArray(valuesOf(schema.entry), {
        maxLength: 5,
        selector: (pair) => (pair as readonly unknown[])[0],
      });
    case "tuple":
      return fc.tuple(...schema.items.map(valuesOf));
    case "struct":
      return fc.record(
        Object.fromEntries(schema.fields.map((field) => [field.name, valuesOf(field.schema)])),
        {
          noNullPrototype: true,
        },
      );
    case "enumeration":
    case "result":
      return fc.oneof(
        ...schema.variants.map(({ name, schema: payload }) =>
          payload.kind === "unit"
            ? fc.constant({ variant: name })
            : valuesOf(payload).map((value) => ({ variant: name, value })),
        ),
      );
  }
}

const { u8, u16, u32, u64, i8, i16, i32, i64, f32, f64, bool, string } = bincode;
const keys = fc.constantFrom(string, bool, u8, u16, u32, u64, i8, i16, i32, i64);
const leaves: fc.Arbitrary<AnySchema> = fc.oneof(
  fc.constantFrom<AnySchema>(u8, u16, u32, u64, i8, i16, i32, i64, f32, f64, bool, string, bincode.bytes),
  fc.nat({ max: 9 }).map((length) => bincode.fixedBytes(length)),
);
const names = fc.uniqueArray(fc.stringMatching(/^[a-z$][a-zA-Z0-9_]{0,6}$/), { minLength: 1, maxLength: 4 });

/** Schemas of every kind, up to `depth` levels of nesting. */
export function schemas(depth: number): fc.Arbitrary<AnySchema> {
  if (depth === 0) return leaves;
  const inner = schemas(depth - 1);
  const fields = names.chain((list) =>
    fc.record(Object.fromEntries(list.map((name) => [name, inner])), { noNullPrototype: true }),
  );
  const variants = names.chain((list) =>
    fc.record(Object.fromEntries(list.map((name) => [name, fc.oneof(inner, fc.constant(bincode.unit))])), {
      noNullPrototype: true,
    }),
  );
  const branches: readonly fc.Arbitrary<AnySchema>[] = [
    inner.filter((some) => some.kind !== "option").map((some) => bincode.option(some)),
    inner.filter((item) => item.minimumBytes > 0).map((item) => bincode.vec(item)),
    fc.tuple(keys, inner).map(([key, value]) => bincode.map(key, value)),
    fc.array(inner, { maxLength: 4 }).map((items) => bincode.tuple(...items)),
    fields.map((record) => bincode.struct(record)),
    variants.map((record) => bincode.enumeration(record)),
    fc.tuple(inner, inner).map(([ok, err]) => bincode.result(ok, err)),
  ];
  return fc.oneof(leaves, ...branches);
}

/** A schema and one of its values. */
export function schemaWithValue(depth: number): fc.Arbitrary<readonly [AnySchema, unknown]> {
  return schemas(depth).chain((schema) => valuesOf(schema).map((value) => [schema, value] as const));
}
