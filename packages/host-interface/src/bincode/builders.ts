import { HostInterfaceError, type SchemaProblem } from "../errors.ts";
import type {
  AnySchema,
  EnumerationValue,
  Fields,
  Infer,
  NamedSchema,
  ScalarKind,
  Schema,
  StructValue,
  TupleValue,
  VariantValue,
} from "./schema.ts";

/**
 * The building blocks of schemas, named as in Rust. Values are plain: `u8` to `u32`, `i8` to `i32`, `f32` and `f64` are
 * `number`, `u64` and `i64` are `bigint`, `bytes` (Rust's `Vec<u8>`) is `Uint8Array`. A `usize` is a `u64` on the wire.
 */
export const bincode = Object.freeze({
  u8: scalar<number>("u8", 1),
  u16: scalar<number>("u16", 2),
  u32: scalar<number>("u32", 4),
  u64: scalar<bigint>("u64", 8),
  i8: scalar<number>("i8", 1),
  i16: scalar<number>("i16", 2),
  i32: scalar<number>("i32", 4),
  i64: scalar<bigint>("i64", 8),
  f32: scalar<number>("f32", 4),
  f64: scalar<number>("f64", 8),
  bool: scalar<boolean>("bool", 1),
  string: scalar<string>("string", 8),
  bytes: scalar<Uint8Array>("bytes", 8),
  unit: scalar<null>("unit", 0),
  fixedBytes,
  option,
  vec,
  map,
  tuple,
  struct,
  enumeration,
  result,
});

function scalar<T>(kind: ScalarKind, minimumBytes: number): Schema<T> {
  return Object.freeze({ kind, minimumBytes });
}

/** Rust's `[u8; length]`: the bytes alone. */
function fixedBytes(length: number): Schema<Uint8Array> {
  check(Number.isSafeInteger(length) && length >= 0, "a length that is not a non-negative integer");
  return Object.freeze({ kind: "fixed-bytes", minimumBytes: length, length });
}

/** A value or `null`. What can be `null` by itself cannot be optional: `Some(None)` and `None` would be the same value. */
function option<S extends AnySchema>(some: S): Schema<Infer<S> | null> {
  check(some.kind !== "option" && some.kind !== "unit", "an option of a value that can itself be null");
  return Object.freeze({ kind: "option", minimumBytes: 1, some });
}

/** A list. Its items take at least one byte each, so that no count can promise more items than there are bytes. */
function vec<S extends AnySchema>(item: S): Schema<readonly Infer<S>[]> {
  check(item.minimumBytes > 0, "a list of values that take no bytes");
  return Object.freeze({ kind: "vec", minimumBytes: 8, item });
}

/**
 * Rust's `HashMap`, as a list of pairs. Pairs are encoded in the order given. Of pairs with the same key the last one
 * counts when decoding, and it stands where the first one stood.
 */
function map<K extends KeySchema, V extends AnySchema>(
  key: K,
  value: V,
): Schema<readonly (readonly [Infer<K>, Infer<V>])[]> {
  check(MAP_KEYS.has(key.kind), "a map key that is not a string, an integer or a bool");
  return Object.freeze({ kind: "map", minimumBytes: 8, entry: tuple(key, value) });
}

/** Values that JavaScript compares as Rust does; floats are no keys in Rust either. */
type KeySchema = Schema<string> | Schema<number> | Schema<bigint> | Schema<boolean>;

const MAP_KEYS: ReadonlySet<string> = new Set<ScalarKind>([
  "string",
  "bool",
  "u8",
  "u16",
  "u32",
  "u64",
  "i8",
  "i16",
  "i32",
  "i64",
]);

/** Values in order, without framing. */
function tuple<const S extends readonly AnySchema[]>(...items: S): Schema<TupleValue<S>> {
  return Object.freeze({ kind: "tuple", minimumBytes: totalOf(items), items: Object.freeze(items) });
}

/** Fields in the order written, without framing. */
function struct<const F extends Fields>(fields: F): Schema<StructValue<F>> {
  const named = namedSchemas(fields);
  return Object.freeze({
    kind: "struct",
    minimumBytes: totalOf(named.map(({ schema }) => schema)),
    fields: named,
  });
}

/**
 * One of several variants, numbered from 0 in the order written: `{ variant: "Name", value: payload }`, without `value`
 * when the payload is `unit`.
 */
function enumeration<const V extends Fields>(variants: V): Schema<EnumerationValue<V>> {
  const named = namedSchemas(variants);
  check(named.length > 0, "an enumeration without variants");
  return Object.freeze({ kind: "enumeration", minimumBytes: 4, variants: named });
}

/** Rust's `Result`: an enumeration of `Ok` and `Err` whose decoding errors are worded differently. */
function result<O extends AnySchema, E extends AnySchema>(
  ok: O,
  err: E,
): Schema<VariantValue<"Ok", Infer<O>> | VariantValue<"Err", Infer<E>>> {
  return Object.freeze({ kind: "result", minimumBytes: 4, variants: namedSchemas({ Ok: ok, Err: err }) });
}

/** JavaScript keeps the order in which properties were written, but for names that look like array indices. */
const IDENTIFIER = /^(?!__proto__$)[A-Za-z_$][\w$]*$/;

function namedSchemas(fields: Fields): readonly NamedSchema[] {
  const named = Object.entries(fields).map(([name, schema]) => Object.freeze({ name, schema }));
  check(
    named.every(({ name }) => IDENTIFIER.test(name)),
    "a field name that is not an identifier",
  );
  return Object.freeze(named);
}

function totalOf(schemas: readonly AnySchema[]): number {
  return schemas.reduce((total, { minimumBytes }) => total + minimumBytes, 0);
}

function check(holds: boolean, problem: SchemaProblem): void {
  if (!holds) throw new HostInterfaceError({ code: "INVALID_SCHEMA", problem });
}
