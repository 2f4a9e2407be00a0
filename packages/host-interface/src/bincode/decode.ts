import { DEFAULT_MAX_ITEMS, DEFAULT_MAX_MESSAGE_BYTES, LONGEST_MESSAGE_BYTES } from "../limits.ts";
import { BincodeError } from "./errors.ts";
import { ByteReader } from "./reader.ts";
import type { AnySchema, NamedSchema, Schema } from "./schema.ts";

/** Limits of one decoding. */
export interface DecodeOptions {
  /**
   * The longest message to look at, trailing bytes included; {@link DEFAULT_MAX_MESSAGE_BYTES} when absent, and never
   * more than {@link LONGEST_MESSAGE_BYTES}.
   */
  readonly maxMessageBytes?: number;
  /**
   * The most items of all lists and maps of the message together, nested ones and those that take no bytes included;
   * {@link DEFAULT_MAX_ITEMS} when absent.
   */
  readonly maxItems?: number;
}

/**
 * Reads a message as `bincode::deserialize` of bincode 1.3.3 does: fixed-size little-endian integers, and bytes after
 * the message are ignored. The value shares no memory with `bytes`.
 *
 * Memory is only taken for what is there: a length is compared with the bytes that are left before anything is
 * allocated for it, and a list that promises more than can follow keeps none of its items. Work is bounded by
 * `maxItems`: a list of more items than are left of it fails before the first of them is read.
 *
 * @throws {BincodeError} the bytes are no such message; nothing else is ever thrown, whatever the bytes.
 */
export function decode<T>(schema: Schema<T>, bytes: Uint8Array, options: DecodeOptions = {}): T {
  const maxBytes = Math.min(options.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES, LONGEST_MESSAGE_BYTES);
  // Written so that a limit which is not a number refuses.
  if (!(bytes.byteLength <= maxBytes)) {
    throw new BincodeError({ code: "SIZE_LIMIT", offset: 0, foundBytes: bytes.byteLength, maxBytes });
  }
  // The schema's type parameter is what `read` makes of its nodes.
  return read(schema, new ByteReader(bytes, options.maxItems ?? DEFAULT_MAX_ITEMS)) as T;
}

function read(schema: AnySchema, reader: ByteReader): unknown {
  switch (schema.kind) {
    case "string":
      return reader.text(reader.length());
    case "bytes":
      return reader.bytes(reader.length());
    case "fixed-bytes":
      return reader.bytes(schema.length);
    case "struct":
      return readStruct(schema.fields, reader);
    case "tuple":
      return schema.items.map((item) => read(item, reader));
    case "vec":
      return readList(schema.item, reader);
    case "map":
      return readMap(schema.entry, reader);
    case "option":
      return readOption(schema.some, reader);
    case "enumeration":
      return readEnumeration(schema.variants, reader);
    case "result":
      return readResult(schema.variants, reader);
    case "bool":
      return readBool(reader);
    case "unit":
      return null;
    default:
      return reader[schema.kind]();
  }
}

function readStruct(fields: readonly NamedSchema[], reader: ByteReader): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const { name, schema } of fields) value[name] = read(schema, reader);
  return value;
}

function readList(item: AnySchema, reader: ByteReader): readonly unknown[] {
  const count = reader.length();
  const items: unknown[] = [];
  const canBeComplete = count <= reader.remaining / item.minimumBytes;
  if (canBeComplete) reader.countItems(count);
  for (let index = 0; index < count; index++) {
    // A list that cannot be complete is read only to find the error that bincode would report, and not without end.
    if (!canBeComplete) reader.countItems(1);
    const value = read(item, reader);
    if (canBeComplete) items.push(value);
  }
  return items;
}

/** The last of several pairs with one key counts, and stands where the first one stood. */
function readMap(entry: AnySchema, reader: ByteReader): readonly (readonly [unknown, unknown])[] {
  const pairs = readList(entry, reader) as readonly (readonly [unknown, unknown])[];
  return [...new Map(pairs)];
}

function readOption(some: AnySchema, reader: ByteReader): unknown {
  const { offset } = reader;
  const tag = reader.u8();
  if (tag === 0) return null;
  if (tag === 1) return read(some, reader);
  throw new BincodeError({ code: "INVALID_OPTION_TAG", offset, found: tag });
}

function readBool(reader: ByteReader): boolean {
  const { offset } = reader;
  const byte = reader.u8();
  if (byte > 1) throw new BincodeError({ code: "INVALID_BOOL", offset, found: byte });
  return byte === 1;
}

function readEnumeration(variants: readonly NamedSchema[], reader: ByteReader): unknown {
  const { offset } = reader;
  const index = reader.u32();
  const variant = variants[index];
  if (variant === undefined) {
    throw new BincodeError({ code: "INVALID_VARIANT", offset, found: index, variantCount: variants.length });
  }
  return readVariant(variant, reader);
}

function readResult(variants: readonly NamedSchema[], reader: ByteReader): unknown {
  const { offset } = reader;
  const index = reader.u32();
  const variant = variants[index];
  if (variant === undefined) throw new BincodeError({ code: "INVALID_RESULT", offset, found: index });
  return readVariant(variant, reader);
}

function readVariant({ name, schema }: NamedSchema, reader: ByteReader): unknown {
  return schema.kind === "unit" ? { variant: name } : { variant: name, value: read(schema, reader) };
}
