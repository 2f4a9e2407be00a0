import type { ByteReader } from "../../binary/byte-reader.ts";
import { readGlobalType, readValueType } from "../../binary/types.ts";
import { type CodeWriter, createCodeWriter } from "../code-writer.ts";
import { type Layout, VALUE_CODES } from "../layout.ts";
import type { PrivateNames } from "../private-names.ts";
import { copyInitialValue } from "./initial-values.ts";

/** Each of these takes a section of the guest, `null` where it has none, and gives the one of the rewritten module. */

const KIND = { function: 0, memory: 2, global: 3 } as const;
/** What a memory's limits begin with. */
const LIMITS = { minimum: 0x00, both: 0x01 } as const;
const FUNCTION_TYPE = 0x60;
const MUTABLE = 0x01;
const I32_CONST = 0x41;
const I64_CONST = 0x42;
const END = 0x0b;

export function writeTypes(guest: ByteReader | null, layout: Layout): CodeWriter {
  const output = append(guest, layout.addedTypes.length);
  for (const { params, results } of layout.addedTypes) {
    output.byte(FUNCTION_TYPE);
    for (const list of [params, results]) {
      output.u32(list.length);
      for (const type of list) output.byte(VALUE_CODES[type]);
    }
  }
  return output;
}

export function writeImports(guest: ByteReader | null, layout: Layout, names: PrivateNames): CodeWriter {
  const { yieldImport, memoryImport } = names;
  const output = append(guest, memoryImport === null ? 1 : 2);
  output.text(yieldImport.module);
  output.text(yieldImport.name);
  output.byte(KIND.function);
  output.u32(layout.typeIndex(["i64"], ["i64"]));
  if (memoryImport !== null) {
    const { minimumPages, maximumPages } = memoryImport;
    output.text(memoryImport.module);
    output.text(memoryImport.name);
    output.byte(KIND.memory);
    output.byte(maximumPages === null ? LIMITS.minimum : LIMITS.both);
    output.u32(minimumPages);
    if (maximumPages !== null) output.u32(maximumPages);
  }
  return output;
}

export function writeFunctions(guest: ByteReader | null, layout: Layout): CodeWriter {
  const output = append(guest, 2);
  output.u32(layout.typeIndex(["i64"], ["i64"]));
  output.u32(layout.typeIndex(["i32", "i32", "i32"], []));
  return output;
}

/** @param stackBytes - what the stack's global starts with; the others start with nothing. */
export function writeGlobals(guest: ByteReader | null, layout: Layout, stackBytes: number): CodeWriter {
  const output = createCodeWriter();
  const count = guest?.u32() ?? 0;
  output.u32(count + 3);
  for (let left = count; guest !== null && left > 0; left--) {
    const { type, mutability } = readGlobalType(guest);
    output.byte(VALUE_CODES[type]);
    output.byte(mutability);
    copyInitialValue(guest, output, layout);
  }
  output.bytes(Uint8Array.of(VALUE_CODES.i64, MUTABLE, I64_CONST, 0, END));
  output.bytes(Uint8Array.of(VALUE_CODES.i32, MUTABLE, I32_CONST));
  output.signed(stackBytes);
  output.byte(END);
  output.bytes(Uint8Array.of(VALUE_CODES.i32, MUTABLE, I32_CONST, 0, END));
  return output;
}

export function writeExports(
  guest: ByteReader | null,
  layout: Layout,
  names: PrivateNames,
  startFunction: number | null,
): CodeWriter {
  const output = createCodeWriter();
  const count = guest?.u32() ?? 0;
  output.u32(count + 3 + (names.startExport === null ? 0 : 1));
  for (let left = count; guest !== null && left > 0; left--) {
    output.text(guest.name());
    const kind = guest.byte();
    const index = guest.u32();
    output.byte(kind);
    output.u32(kind === KIND.function ? layout.functionIndex(index) : index);
  }
  const add = (name: string, kind: number, index: number) => {
    output.text(name);
    output.byte(kind);
    output.u32(index);
  };
  add(names.fuelExport, KIND.global, layout.fuelGlobal);
  add(names.stackExport, KIND.global, layout.stackGlobal);
  add(names.growthFailedExport, KIND.global, layout.growthFailedGlobal);
  if (names.startExport !== null && startFunction !== null) {
    add(names.startExport, KIND.function, layout.functionIndex(startFunction));
  }
  return output;
}

/** What the flags of an element segment say: how it is written, and what it is. */
const SEGMENT = { notActive: 1, tableOrDeclared: 2, expressions: 4 } as const;

export function writeElements(guest: ByteReader, layout: Layout): CodeWriter {
  const output = createCodeWriter();
  const count = guest.u32();
  output.u32(count);
  for (let left = count; left > 0; left--) {
    const flags = guest.u32();
    output.u32(flags);
    if ((flags & SEGMENT.notActive) === 0) {
      if ((flags & SEGMENT.tableOrDeclared) !== 0) output.u32(guest.u32());
      copyInitialValue(guest, output, layout);
    }
    if ((flags & (SEGMENT.notActive | SEGMENT.tableOrDeclared)) !== 0) {
      if ((flags & SEGMENT.expressions) !== 0) output.byte(VALUE_CODES[readValueType(guest)]);
      else output.byte(guest.byte());
    }
    const elements = guest.u32();
    output.u32(elements);
    for (let each = elements; each > 0; each--) {
      if ((flags & SEGMENT.expressions) !== 0) copyInitialValue(guest, output, layout);
      else output.u32(layout.functionIndex(guest.u32()));
    }
  }
  return output;
}

/** The section as it is, with its count raised by what is to come behind it. */
function append(guest: ByteReader | null, added: number): CodeWriter {
  const output = createCodeWriter();
  output.u32((guest?.u32() ?? 0) + added);
  if (guest !== null) output.bytes(guest.rest());
  return output;
}
