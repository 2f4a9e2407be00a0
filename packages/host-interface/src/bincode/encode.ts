import { HostInterfaceError } from "../errors.ts";
import type { AnySchema, NamedSchema, Schema } from "./schema.ts";
import { ByteWriter } from "./writer.ts";

/**
 * Writes a message as `bincode::serialize` of bincode 1.3.3 does: fixed-size little-endian integers, nothing else.
 *
 * @returns bytes in a buffer of their own. An `f32` is rounded to the nearest one, as Rust's `as f32` does.
 * @throws {HostInterfaceError} `VALUE_NOT_ENCODABLE`: a value that is not of the schema's type although the compiler was
 *   told so, an integer out of range, or text with a lone surrogate, which has no UTF-8.
 */
export function encode<T>(schema: Schema<T>, value: NoInfer<T>): Uint8Array {
  const writer = new ByteWriter();
  write(schema, value, writer, []);
  return writer.finish();
}

/** Field names and indices from the message to the value being written. */
type Path = (string | number)[];

function write(schema: AnySchema, value: unknown, writer: ByteWriter, path: Path): void {
  switch (schema.kind) {
    case "string":
      if (typeof value !== "string" || !value.isWellFormed()) throw notEncodable(path, "well-formed text");
      writer.text(value);
      break;
    case "bytes":
      if (!(value instanceof Uint8Array)) throw notEncodable(path, "a Uint8Array");
      writer.length(value.length);
      writer.bytes(value);
      break;
    case "fixed-bytes":
      if (!(value instanceof Uint8Array) || value.length !== schema.length) {
        throw notEncodable(path, `a Uint8Array of ${schema.length} bytes`);
      }
      writer.bytes(value);
      break;
    case "struct":
      writeStruct(schema.fields, value, writer, path);
      break;
    case "tuple":
      writeTuple(schema.items, value, writer, path);
      break;
    case "vec":
      writeList(schema.item, value, writer, path);
      break;
    case "map":
      writeList(schema.entry, value, writer, path);
      break;
    case "option":
      writer.u8(value === null ? 0 : 1);
      if (value !== null) write(schema.some, value, writer, path);
      break;
    case "enumeration":
    case "result":
      writeVariant(schema.variants, value, writer, path);
      break;
    case "bool":
      if (typeof value !== "boolean") throw notEncodable(path, "a boolean");
      writer.u8(value ? 1 : 0);
      break;
    case "unit":
      if (value !== null) throw notEncodable(path, "null");
      break;
    case "f32":
    case "f64":
      if (typeof value !== "number") throw notEncodable(path, "a number");
      writer[schema.kind](value);
      break;
    case "u64":
    case "i64":
      if (typeof value !== "bigint" || !isWithin(LONG_RANGES[schema.kind], value)) {
        throw notEncodable(path, schema.kind);
      }
      writer[schema.kind](value);
      break;
    default:
      if (typeof value !== "number" || !Number.isInteger(value) || !isWithin(RANGES[schema.kind], value)) {
        throw notEncodable(path, schema.kind);
      }
      writer[schema.kind](value);
  }
}

const LONG_RANGES = {
  u64: [0n, 2n ** 64n - 1n],
  i64: [-(2n ** 63n), 2n ** 63n - 1n],
} as const;

const RANGES = {
  u8: [0, 2 ** 8 - 1],
  u16: [0, 2 ** 16 - 1],
  u32: [0, 2 ** 32 - 1],
  i8: [-(2 ** 7), 2 ** 7 - 1],
  i16: [-(2 ** 15), 2 ** 15 - 1],
  i32: [-(2 ** 31), 2 ** 31 - 1],
} as const;

function isWithin<N extends number | bigint>([lowest, highest]: readonly [N, N], value: N): boolean {
  return lowest <= value && value <= highest;
}

function writeStruct(fields: readonly NamedSchema[], value: unknown, writer: ByteWriter, path: Path): void {
  if (!isRecord(value)) throw notEncodable(path, "an object");
  for (const { name, schema } of fields) writeAt(name, schema, value[name], writer, path);
}

function writeTuple(items: readonly AnySchema[], value: unknown, writer: ByteWriter, path: Path): void {
  if (!Array.isArray(value) || value.length !== items.length) {
    throw notEncodable(path, `an array of ${items.length}`);
  }
  for (const [index, item] of items.entries()) writeAt(index, item, value[index], writer, path);
}

function writeList(item: AnySchema, value: unknown, writer: ByteWriter, path: Path): void {
  if (!Array.isArray(value)) throw notEncodable(path, "an array");
  writer.length(value.length);
  for (let index = 0; index < value.length; index++) writeAt(index, item, value[index], writer, path);
}

function writeVariant(
  variants: readonly NamedSchema[],
  value: unknown,
  writer: ByteWriter,
  path: Path,
): void {
  const name = isRecord(value) ? value["variant"] : undefined;
  const index = variants.findIndex((variant) => variant.name === name);
  const variant = variants[index];
  if (!isRecord(value) || variant === undefined) {
    throw notEncodable(path, `a variant of ${variants.map((known) => known.name).join(", ")}`);
  }
  writer.u32(index);
  if (variant.schema.kind !== "unit") writeAt("value", variant.schema, value["value"], writer, path);
}

function writeAt(
  step: string | number,
  schema: AnySchema,
  value: unknown,
  writer: ByteWriter,
  path: Path,
): void {
  path.push(step);
  write(schema, value, writer, path);
  path.pop();
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function notEncodable(path: Path, expected: string): HostInterfaceError {
  const steps = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`));
  return new HostInterfaceError({
    code: "VALUE_NOT_ENCODABLE",
    path: steps.join("").replace(/^\./, ""),
    expected,
  });
}
