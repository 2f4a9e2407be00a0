import type { VectorValue } from "./vector-file.ts";
import { camelCase, namedSchema, parseType } from "./vector-type.ts";

/** Turns a value of the vector file into what our codec takes and gives for `type`. */
export function resolveValue(type: string, value: VectorValue): unknown {
  const { name, parameters } = parseType(type);
  const [first = "", second = ""] = parameters;
  switch (name) {
    case "bool":
    case "u8":
    case "u16":
    case "u32":
    case "i32":
      return value;
    case "u64":
      return BigInt(String(part(value, "$u64")));
    case "i64":
      return BigInt(String(part(value, "$i64")));
    case "f32":
      return new DataView(hexBytes(String(part(value, "$f32"))).buffer).getFloat32(0);
    case "f64":
      return new DataView(hexBytes(String(part(value, "$f64"))).buffer).getFloat64(0);
    case "string":
      return resolveText(value);
    case "bytes":
    case "array":
      return resolveBytes(value);
    case "option":
      return value === null ? null : resolveValue(first, value);
    case "vec":
      return list(value).map((item) => resolveValue(first, item));
    case "tuple":
      return list(value).map((item, index) => resolveValue(parameters[index] ?? "", item));
    case "map":
      return list(part(value, "$map")).map((pair) => {
        const [key = null, entry = null] = list(pair);
        return [resolveValue(first, key), resolveValue(second, entry)];
      });
    case "result":
      return resolveVariant(value, part(value, "$variant") === "Ok" ? first : second);
    default:
      return resolveNamed(name, value);
  }
}

function resolveNamed(name: string, value: VectorValue): unknown {
  const schema = namedSchema(name);
  if (schema.kind === "struct") {
    const fields = schema.fields.map(
      ([field, type]) => [camelCase(field), resolveValue(type, part(value, field))] as const,
    );
    return Object.fromEntries(fields);
  }
  const variant = schema.variants.find(([known]) => known === part(value, "$variant"));
  return resolveVariant(value, variant?.[2] ?? null);
}

function resolveVariant(value: VectorValue, payload: string | null): unknown {
  const variant = part(value, "$variant");
  const [field] = list(part(value, "fields"));
  return payload === null || field === undefined
    ? { variant }
    : { variant, value: resolveValue(payload, field) };
}

function resolveText(value: VectorValue): string {
  if (typeof value === "string") return value;
  const [unit, count] = list(part(value, "$repeat_str"));
  return String(unit).repeat(Number(count));
}

function resolveBytes(value: VectorValue): Uint8Array {
  if (has(value, "$hex")) return hexBytes(String(part(value, "$hex")));
  if (has(value, "$repeat")) {
    const [byte, count] = list(part(value, "$repeat"));
    return new Uint8Array(Number(count)).fill(Number.parseInt(String(byte), 16));
  }
  const [seed, count] = list(part(value, "$prng"));
  return xorshiftBytes(Number(seed), Number(count));
}

function xorshiftBytes(seed: number, count: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: count }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 255;
  });
}

export function hexBytes(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(hex, "hex"));
}

function has(value: VectorValue, key: string): boolean {
  return typeof value === "object" && value !== null && key in value;
}

function part(value: VectorValue, key: string): VectorValue {
  const found =
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as { readonly [key: string]: VectorValue })[key]
      : undefined;
  if (found === undefined) throw new Error(`a vector value has no ${key}`);
  return found;
}

function list(value: VectorValue): readonly VectorValue[] {
  if (!Array.isArray(value)) throw new Error("a vector value is not a list");
  return value;
}
