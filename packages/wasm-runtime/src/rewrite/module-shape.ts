import { type ByteReader, createByteReader, malformed } from "../binary/byte-reader.ts";
import { readSections, SECTION, type Section } from "../binary/sections.ts";
import { readFunctionType, readGlobalType, readLimits, readTable, readTag } from "../binary/types.ts";
import { unsupported } from "../binary/unsupported.ts";
import type { FunctionType, Limits } from "../inspection.ts";
import { exceptionBytes } from "./exception-size.ts";

const V128 = 0x7b;

/** What the passes must know of a module before they read its code. */
export interface ModuleShape {
  readonly bytes: Uint8Array;
  readonly sections: readonly Section[];
  readonly types: readonly FunctionType[];
  /** The type index of every function, imported ones first. */
  readonly functionTypes: readonly number[];
  readonly importedFunctions: number;
  /** The names of all modules that it imports from. */
  readonly importedModules: ReadonlySet<string>;
  readonly exportNames: ReadonlySet<string>;
  /** Imported and defined. */
  readonly globals: number;
  /** The memory that it defines; `null` without one, or with an imported one. */
  readonly definedMemory: Limits | null;
  /** The maximum that its memory, defined or imported, is declared with, in pages; `null` without one. */
  readonly maxMemoryPages: number | null;
  /** The same of every table, in elements, imported ones first. */
  readonly maxTableElements: readonly (number | null)[];
  readonly startFunction: number | null;
  /** Whether vectors may pass between functions or stand in globals; `true` also where only a byte looks like it. */
  readonly vectors: boolean;
  /** What the largest exception that the module can throw takes of the engine's heap; see `exceptionBytes`. */
  readonly exceptionBytes: number;
}

/**
 * Reads all but the code of a module that the engine has validated.
 *
 * @throws {WasmRuntimeError} `MODULE_REFUSED`: it declares something that we do not run.
 */
export function readModuleShape(bytes: Uint8Array): ModuleShape {
  const sections: Section[] = [];
  const types: FunctionType[] = [];
  const functionTypes: number[] = [];
  const importedModules = new Set<string>();
  const exportNames = new Set<string>();
  let importedFunctions = 0;
  let globals = 0;
  const memories: Limits[] = [];
  let definedMemory: Limits | null = null;
  const tables: Limits[] = [];
  let startFunction: number | null = null;
  let vectors = false;
  let largestException = exceptionBytes([]);
  const readTagSize = (content: ByteReader) => {
    largestException = Math.max(largestException, exceptionBytes(readTag(content, types)));
  };

  for (const section of readSections(bytes)) {
    sections.push(section);
    const content = readerOf(bytes, section);
    switch (section.id) {
      case SECTION.type:
        repeat(content, () => types.push(readFunctionType(content)));
        vectors ||= types.some(({ params, results }) => [...params, ...results].includes("v128"));
        break;
      case SECTION.import:
        repeat(content, () => {
          importedModules.add(content.name());
          content.name();
          const kind = content.byte();
          if (kind === 0) functionTypes.push(content.u32());
          else if (kind === 1) tables.push(readTable(content).limits);
          else if (kind === 2) memories.push(readLimits(content, "memory"));
          else if (kind === 3) {
            vectors ||= readGlobalType(content).type === "v128";
            globals += 1;
          } else if (kind === 4) readTagSize(content);
          else throw malformed(content.offset, `an import of kind ${kind}`);
        });
        importedFunctions = functionTypes.length;
        break;
      case SECTION.function:
        repeat(content, () => functionTypes.push(content.u32()));
        break;
      case SECTION.table:
        repeat(content, () => tables.push(readTable(content).limits));
        break;
      case SECTION.memory:
        repeat(content, () => {
          definedMemory = readLimits(content, "memory");
          memories.push(definedMemory);
        });
        break;
      case SECTION.tag:
        repeat(content, () => readTagSize(content));
        break;
      case SECTION.global:
        globals += content.u32();
        vectors ||= content.rest().includes(V128);
        break;
      case SECTION.export:
        repeat(content, () => {
          exportNames.add(content.name());
          content.byte();
          content.u32();
        });
        break;
      case SECTION.start:
        startFunction = content.u32();
        break;
    }
  }
  if (memories.length > 1) throw unsupported("multiple-memories", `${memories.length} memories`);
  return {
    bytes,
    sections,
    types,
    functionTypes,
    importedFunctions,
    importedModules,
    exportNames,
    globals,
    definedMemory,
    maxMemoryPages: memories[0]?.maximum ?? null,
    maxTableElements: tables.map(({ maximum }) => maximum),
    startFunction,
    vectors,
    exceptionBytes: largestException,
  };
}

/** A reader of a section's content, from its beginning. */
export function readerOf(bytes: Uint8Array, { start, end }: Section): ByteReader {
  const reader = createByteReader(bytes, start + 1, end);
  return reader.section(reader.u32());
}

function repeat(content: ByteReader, readEntry: () => void): void {
  for (let count = content.u32(); count > 0; count--) readEntry();
}
