import type { ByteReader } from "../binary/byte-reader.ts";
import { SECTION } from "../binary/sections.ts";
import type { AdmissionLimits } from "./admission.ts";
import { type CodeWriter, createCodeWriter } from "./code-writer.ts";
import { type Layout, planLayout } from "./layout.ts";
import type { MeteringPlanner } from "./meter/plan-metering.ts";
import { type ModuleShape, readerOf } from "./module-shape.ts";
import { choosePrivateNames, type PrivateNames } from "./private-names.ts";
import { type BranchHints, readBranchHints, writeBranchHints } from "./sections/branch-hints.ts";
import { writeCode } from "./sections/code.ts";
import { writeCustom } from "./sections/custom.ts";
import {
  writeElements,
  writeExports,
  writeFunctions,
  writeGlobals,
  writeImports,
  writeTypes,
} from "./sections/declarations.ts";

export interface AssembleOptions {
  readonly limits: AdmissionLimits;
  readonly maxStackBytes: number;
  readonly canonicalizeNans: boolean;
  readonly importMemory: boolean;
  /** How each function is metered. Tests put another here, to compare the counts. */
  readonly planMetering: MeteringPlanner;
}

/** The order of a module's sections, which is not that of their numbers. */
const ORDER = [
  SECTION.type,
  SECTION.import,
  SECTION.function,
  SECTION.table,
  SECTION.memory,
  SECTION.tag,
  SECTION.global,
  SECTION.export,
  SECTION.start,
  SECTION.element,
  SECTION.dataCount,
  SECTION.code,
  SECTION.data,
] as const;

const PREAMBLE_BYTES = 8;

/** Joins the passes: every section of the guest, rewritten or as it is, with what is added, in the order of a module. */
export function assembleModule(
  shape: ModuleShape,
  { limits, maxStackBytes, canonicalizeNans, importMemory, planMetering }: AssembleOptions,
): { readonly bytes: Uint8Array; readonly machineCodeBytes: number; readonly names: PrivateNames } {
  const { bytes } = shape;
  const names = choosePrivateNames(shape, { importMemory });
  const layout = planLayout(shape);
  const guest = new Map<number, ByteReader>();
  for (const section of shape.sections) {
    if (section.id !== SECTION.custom) guest.set(section.id, readerOf(bytes, section));
  }
  const reader = (id: number) => guest.get(id) ?? null;

  const code = writeCode(reader(SECTION.code), shape, layout, {
    limits,
    canonicalizeNans,
    planMetering,
    hints: guestHints(shape),
  });
  const written = new Map<number, CodeWriter>([
    [SECTION.import, writeImports(reader(SECTION.import), layout, names)],
    [SECTION.function, writeFunctions(reader(SECTION.function), layout)],
    [SECTION.global, writeGlobals(reader(SECTION.global), layout, maxStackBytes)],
    [SECTION.export, writeExports(reader(SECTION.export), layout, names, shape.startFunction)],
    [SECTION.code, code.section],
  ]);
  const elements = reader(SECTION.element);
  if (elements !== null) written.set(SECTION.element, writeElements(elements, layout));
  // Last: the sections above have asked for the types that they need.
  written.set(SECTION.type, writeTypes(reader(SECTION.type), layout));

  const customs = customSections(shape, layout);
  const output = createCodeWriter(bytes.length + code.section.length + 1024);
  output.bytes(bytes, 0, PREAMBLE_BYTES);
  const writeCustoms = (after: number | null) => {
    for (const content of customs.get(after) ?? []) writeSection(output, SECTION.custom, content);
  };
  writeCustoms(null);
  // What became an export, and what became an import.
  const left = new Set<number>([SECTION.start, ...(names.memoryImport === null ? [] : [SECTION.memory])]);
  for (const id of ORDER) {
    if (id === SECTION.code && code.hints.length > 0) {
      writeSection(output, SECTION.custom, writeBranchHints(code.hints));
    }
    const content = written.get(id);
    const original = shape.sections.find((section) => section.id === id);
    if (content !== undefined) writeSection(output, id, content);
    else if (original !== undefined && !left.has(id)) output.bytes(bytes, original.start, original.end);
    writeCustoms(id);
  }
  return { bytes: output.view().slice(), machineCodeBytes: code.machineCodeBytes, names };
}

function writeSection(output: CodeWriter, id: number, content: CodeWriter): void {
  output.byte(id);
  output.sized(content);
}

function guestHints({ bytes, sections }: ModuleShape): BranchHints {
  const found: BranchHints[] = sections
    .filter(({ id }) => id === SECTION.custom)
    .map((section) => readBranchHints(readerOf(bytes, section)))
    .filter(({ size }) => size > 0);
  return found[0] ?? new Map();
}

/** The guest's custom sections by the section that they stand behind. */
function customSections({ bytes, sections }: ModuleShape, layout: Layout): Map<number | null, CodeWriter[]> {
  const found = new Map<number | null, CodeWriter[]>();
  let after: number | null = null;
  for (const section of sections) {
    if (section.id !== SECTION.custom) {
      after = section.id;
      continue;
    }
    const content = writeCustom(readerOf(bytes, section), layout);
    if (content === null) continue;
    const there = found.get(after);
    if (there === undefined) found.set(after, [content]);
    else there.push(content);
  }
  return found;
}
