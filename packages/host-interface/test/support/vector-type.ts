import type { AnySchema } from "../../src/bincode/schema.ts";
import { bincode } from "../../src/index.ts";
import { type VectorSchema, vectorFile } from "./vector-file.ts";

/** A type of the vector file, parsed: `map<string,u32>` is `{ name: "map", parameters: ["string", "u32"] }`. */
export interface VectorType {
  readonly name: string;
  readonly parameters: readonly string[];
}

export function parseType(text: string): VectorType {
  const open = text.indexOf("<");
  if (open === -1) return { name: text, parameters: [] };
  return { name: text.slice(0, open), parameters: splitAtTopLevel(text.slice(open + 1, -1)) };
}

function splitAtTopLevel(list: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (const [index, character] of [...list].entries()) {
    if (character === "<") depth++;
    if (character === ">") depth--;
    if (character === "," && depth === 0) {
      parts.push(list.slice(start, index));
      start = index + 1;
    }
  }
  return [...parts, list.slice(start)];
}

export function namedSchema(name: string): VectorSchema {
  const schema = vectorFile.schemas[name];
  if (schema === undefined) throw new Error(`the vector file has no schema ${name}`);
  return schema;
}

/** The name of a field in our messages. */
export function camelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

const SCALARS: Readonly<Record<string, AnySchema>> = {
  bool: bincode.bool,
  u8: bincode.u8,
  u16: bincode.u16,
  u32: bincode.u32,
  u64: bincode.u64,
  i32: bincode.i32,
  i64: bincode.i64,
  f32: bincode.f32,
  f64: bincode.f64,
  string: bincode.string,
  bytes: bincode.bytes,
};

/** Builds the schema of a type from what the vector file says about it. */
export function buildSchema(text: string): AnySchema {
  const scalar = SCALARS[text];
  if (scalar !== undefined) return scalar;
  const { name, parameters } = parseType(text);
  const [first = "", second = ""] = parameters;
  switch (name) {
    case "option":
      return bincode.option(buildSchema(first));
    case "vec":
      return bincode.vec(buildSchema(first));
    case "tuple":
      return bincode.tuple(...parameters.map(buildSchema));
    case "map":
      return bincode.map(bincode.string, buildSchema(second));
    case "array":
      return bincode.fixedBytes(Number(second));
    case "result":
      return bincode.result(buildSchema(first), buildSchema(second));
    default:
      return buildNamedSchema(name);
  }
}

function buildNamedSchema(name: string): AnySchema {
  const schema = namedSchema(name);
  if (schema.kind === "struct") {
    const fields = schema.fields.map(([field, type]) => [camelCase(field), buildSchema(type)] as const);
    return bincode.struct(Object.fromEntries(fields));
  }
  const variants = schema.variants.map(
    ([variant, , type]) => [variant, type === null ? bincode.unit : buildSchema(type)] as const,
  );
  return bincode.enumeration(Object.fromEntries(variants));
}
