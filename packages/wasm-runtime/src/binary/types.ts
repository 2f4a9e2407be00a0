import type { FunctionType, Limits, WasmValueType } from "../inspection.ts";
import { type ByteReader, malformed } from "./byte-reader.ts";
import { unsupported } from "./unsupported.ts";

const VALUE_TYPES: ReadonlyMap<number, WasmValueType> = new Map([
  [0x7f, "i32"],
  [0x7e, "i64"],
  [0x7d, "f32"],
  [0x7c, "f64"],
  [0x7b, "v128"],
  [0x70, "funcref"],
  [0x6f, "externref"],
  [0x69, "exnref"],
]);

const FUNCTION_TYPE = 0x60;
/** `rec`, `sub`, `sub final`, `struct`, `array`: the other ways in which an entry of the type section may begin. */
const GC_TYPES: ReadonlySet<number> = new Set([0x4e, 0x50, 0x4f, 0x5f, 0x5e]);
/** `(ref …)` and `(ref null …)`, and the abstract heap types `i31`, `struct`, `array`, `eq`, `any`, `none`, … */
const isGcReference = (code: number) => code === 0x63 || code === 0x64 || (code >= 0x68 && code <= 0x74);

const HAS_MAXIMUM = 0x01;
const SHARED = 0x02;
const INDEX_64 = 0x04;
const CUSTOM_PAGE_SIZE = 0x08;

/** V8's own bound on the parameters, and on the results, of one function (`kV8MaxWasmFunctionParams`). */
const MAX_VALUES_PER_LIST = 1_000;

export function readValueType(reader: ByteReader): WasmValueType {
  const at = reader.offset;
  const code = reader.byte();
  const type = VALUE_TYPES.get(code);
  if (type !== undefined) return type;
  if (isGcReference(code))
    throw unsupported("gc-types", `reference type 0x${code.toString(16)} at byte ${at}`);
  throw malformed(at, `value type 0x${code.toString(16)}`);
}

export function readFunctionType(reader: ByteReader): FunctionType {
  const at = reader.offset;
  const form = reader.byte();
  if (GC_TYPES.has(form)) throw unsupported("gc-types", `type form 0x${form.toString(16)} at byte ${at}`);
  if (form !== FUNCTION_TYPE) throw malformed(at, `type form 0x${form.toString(16)}`);
  return { params: readValueTypes(reader), results: readValueTypes(reader) };
}

function readValueTypes(reader: ByteReader): WasmValueType[] {
  const at = reader.offset;
  const count = reader.u32();
  if (count > MAX_VALUES_PER_LIST) throw malformed(at, `a function type with ${count} values`);
  return Array.from({ length: count }, () => readValueType(reader));
}

/** The limits of a memory, in pages of 64 KiB, or of a table, in elements. */
export function readLimits(reader: ByteReader, of: "memory" | "table"): Limits {
  const at = reader.offset;
  const flags = reader.byte();
  if ((flags & SHARED) !== 0) throw unsupported("shared-memory", `a shared ${of} at byte ${at}`);
  if ((flags & INDEX_64) !== 0) {
    throw unsupported(of === "memory" ? "memory64" : "table64", `a 64-bit ${of} at byte ${at}`);
  }
  if ((flags & CUSTOM_PAGE_SIZE) !== 0) {
    throw unsupported("custom-page-size", `a ${of} with its own page size at byte ${at}`);
  }
  if ((flags & ~HAS_MAXIMUM) !== 0) throw malformed(at, `limits with flags 0x${flags.toString(16)}`);
  const minimum = reader.u32();
  const maximum = (flags & HAS_MAXIMUM) === 0 ? null : reader.u32();
  if (maximum !== null && maximum < minimum) throw malformed(at, "limits whose maximum is below the minimum");
  return { minimum, maximum };
}

/** How a table begins that carries an expression to fill it with. */
const TABLE_WITH_INITIALISER = 0x40;

export function readTable(reader: ByteReader): { readonly element: WasmValueType; readonly limits: Limits } {
  const at = reader.offset;
  const element = readTableElement(reader, at);
  refuseStoredException(element, `a table at byte ${at}`);
  return { element, limits: readLimits(reader, "table") };
}

/** The type of a global, and the byte that says whether it is mutable. */
export function readGlobalType(reader: ByteReader): {
  readonly type: WasmValueType;
  readonly mutability: number;
} {
  const at = reader.offset;
  const type = readValueType(reader);
  refuseStoredException(type, `a global at byte ${at}`);
  return { type, mutability: reader.byte() };
}

/** The values that an exception with this tag carries. */
export function readTag(reader: ByteReader, types: readonly FunctionType[]): readonly WasmValueType[] {
  const at = reader.offset;
  reader.byte();
  const index = reader.u32();
  const type = types[index];
  if (type === undefined) throw malformed(at, `a tag of type ${index}, which is not there`);
  for (const value of type.params) refuseStoredException(value, `a tag at byte ${at}`);
  return type.params;
}

/**
 * Exceptions live on the engine's heap, and may only be kept where the count of the stack sees them: in locals and operands.
 * In tables, in globals, and in each other there could be any number of them, and a full heap can abort the process.
 */
function refuseStoredException(type: WasmValueType, where: string): void {
  if (type === "exnref") throw unsupported("stored-exceptions", `exnref in ${where}`);
}

function readTableElement(reader: ByteReader, at: number): WasmValueType {
  const code = reader.byte();
  if (code === TABLE_WITH_INITIALISER) {
    throw unsupported("table-initialiser", `a table with an initialiser at byte ${at}`);
  }
  const element = VALUE_TYPES.get(code);
  if (element === "funcref" || element === "externref" || element === "exnref") return element;
  if (isGcReference(code)) throw unsupported("gc-types", `table of 0x${code.toString(16)} at byte ${at}`);
  throw malformed(at, `a table of 0x${code.toString(16)}`);
}
