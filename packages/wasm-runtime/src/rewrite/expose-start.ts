import { createByteWriter } from "../binary/byte-writer.ts";
import { readSections, SECTION, type Section } from "../binary/sections.ts";

export interface ExposedStart {
  readonly bytes: Uint8Array;
  /** The name under which the start function is exported; `null` where the module has none. */
  readonly startExport: string | null;
}

const FUNCTION_EXPORT = 0x00;

/**
 * Turns a module's start function into an export, so that instantiating runs nothing of the guest, and the start function
 * can be called like everything else: with a memory that is there, and on a stack that can be suspended. Inside of
 * `WebAssembly.Instance` a call that suspends would give the guest an exception instead, which it could catch and keep.
 *
 * @param bytes - a module that passed `inspectModule`.
 * @param exportNames - the names it exports: the new one is none of them.
 * @returns a module that means the same once `startExport` is called before anything else.
 */
export function exposeStart(bytes: Uint8Array, exportNames: readonly string[]): ExposedStart {
  const sections = [...readSections(bytes)];
  const start = sections.find(({ id }) => id === SECTION.start);
  if (start === undefined) return { bytes, startExport: null };
  const startExport = unusedName(exportNames);
  const exported = sections.find(({ id }) => id === SECTION.export);
  const content = addExport(exported, startExport, start.content.u32());

  const output = createByteWriter();
  output.bytes(bytes.subarray(0, (exported ?? start).start));
  output.byte(SECTION.export);
  output.u32(content.byteLength);
  output.bytes(content);
  // The start section comes after that of the exports; where there is none, theirs takes its place.
  if (exported !== undefined) output.bytes(bytes.subarray(exported.end, start.start));
  output.bytes(bytes.subarray(start.end));
  return { bytes: output.finish(), startExport };
}

function unusedName(taken: readonly string[]): string {
  const names = new Set(taken);
  let name = "assay:start";
  while (names.has(name)) name += "'";
  return name;
}

function addExport(exported: Section | undefined, name: string, functionIndex: number): Uint8Array {
  const output = createByteWriter();
  const encodedName = new TextEncoder().encode(name);
  output.u32((exported?.content.u32() ?? 0) + 1);
  if (exported !== undefined) output.bytes(exported.content.rest());
  output.u32(encodedName.byteLength);
  output.bytes(encodedName);
  output.byte(FUNCTION_EXPORT);
  output.u32(functionIndex);
  return output.finish();
}
