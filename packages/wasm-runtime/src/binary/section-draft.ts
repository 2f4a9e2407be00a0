import type { ModuleLimits } from "../defaults.ts";
import { WasmRuntimeError } from "../errors.ts";
import type { FunctionType, Limits, ModuleExport, ModuleImport, ModuleTable } from "../inspection.ts";
import type { CountedItem } from "../module-refusal.ts";
import { admitSize } from "../rewrite/admission.ts";
import { type ByteReader, malformed } from "./byte-reader.ts";
import { readBodySize } from "./code.ts";
import { readSections, SECTION, type Section } from "./sections.ts";
import { readFunctionType, readGlobalType, readLimits, readTable, readTag } from "./types.ts";
import { unsupported } from "./unsupported.ts";

/** What a module's sections say, gathered from one to the next. */
export interface SectionDraft {
  readonly limits: ModuleLimits;
  readonly types: FunctionType[];
  /** The type of every function, imported ones first. */
  readonly functions: FunctionType[];
  readonly imports: ModuleImport[];
  readonly exports: ModuleExport[];
  readonly tables: ModuleTable[];
  readonly memories: Limits[];
  readonly customSections: { readonly name: string; readonly sizeBytes: number }[];
  hasStart: boolean;
  hasDataCount: boolean;
  globals: number;
  tags: number;
  elementSegments: number;
  dataSegments: number;
}

/** @throws {WasmRuntimeError} `MODULE_REFUSED`. Whether the module is valid as a whole is not known by then. */
export function readDraft(bytes: Uint8Array, limits: ModuleLimits): SectionDraft {
  const draft = emptyDraft(limits);
  for (const section of readSections(bytes)) readSection(draft, section);
  return draft;
}

/** The draft before the first section. */
export function emptyDraft(limits: ModuleLimits): SectionDraft {
  return {
    limits,
    types: [],
    functions: [],
    imports: [],
    exports: [],
    tables: [],
    memories: [],
    customSections: [],
    hasStart: false,
    hasDataCount: false,
    globals: 0,
    tags: 0,
    elementSegments: 0,
    dataSegments: 0,
  };
}

/** @throws {WasmRuntimeError} `MODULE_REFUSED`. */
export function readSection(draft: SectionDraft, { id, start, end, content }: Section): void {
  const { limits } = draft;
  const sizeBytes = end - start;
  switch (id) {
    case SECTION.custom:
      draft.customSections.push({ name: content.name(), sizeBytes });
      requireCount("custom sections", draft.customSections.length, limits.maxCustomSections);
      break;
    case SECTION.type:
      readTypes(draft, content);
      break;
    case SECTION.import:
      forEach(content, "imports", limits.maxImports, () => readImport(draft, content));
      break;
    case SECTION.function:
      forEach(content, "functions", limits.maxFunctions, () => {
        draft.functions.push(typeAt(draft, content));
      });
      break;
    case SECTION.table:
      forEach(content, "tables", limits.maxTables, () => draft.tables.push(readTable(content)));
      break;
    case SECTION.memory:
      forEach(content, "memories", 1, () => draft.memories.push(readLimits(content, "memory")));
      break;
    case SECTION.global:
      draft.globals = readCount(content, "globals", limits.maxGlobals);
      break;
    case SECTION.export:
      forEach(content, "exports", limits.maxExports, () => draft.exports.push(readExport(draft, content)));
      break;
    case SECTION.start:
      draft.hasStart = true;
      break;
    case SECTION.element:
      requireCount("element bytes", sizeBytes, limits.maxElementBytes);
      draft.elementSegments = readCount(content, "element segments", limits.maxSegments);
      break;
    case SECTION.code:
      readBodies(draft, content);
      break;
    case SECTION.data:
      draft.dataSegments = readCount(content, "data segments", limits.maxSegments);
      break;
    case SECTION.dataCount:
      draft.hasDataCount = true;
      break;
    case SECTION.tag:
      forEach(content, "tags", limits.maxTags, () => {
        readTagOf(draft, content);
        draft.tags += 1;
      });
      break;
  }
}

function readTypes(draft: SectionDraft, content: ByteReader): void {
  let values = 0;
  forEach(content, "types", draft.limits.maxTypes, () => {
    const type = readFunctionType(content);
    values += type.params.length + type.results.length;
    // A million types of a thousand values each would fit into 16 MiB as sections, but not into memory as objects.
    requireCount("values in types", values, draft.limits.maxTypeValues);
    draft.types.push(type);
  });
}

function readBodies(draft: SectionDraft, content: ByteReader): void {
  const { limits, functions, imports } = draft;
  let functionIndex = imports.filter(({ kind }) => kind === "function").length;
  forEach(content, "functions", limits.maxFunctions, () => {
    const { bodyBytes, declaredLocals } = readBodySize(content);
    const locals = declaredLocals + (functions[functionIndex]?.params.length ?? 0);
    admitSize(functionIndex, { bodyBytes, locals }, limits);
    functionIndex += 1;
  });
}

function readImport(draft: SectionDraft, content: ByteReader): void {
  const module = content.name();
  const name = content.name();
  const at = content.offset;
  const kind = content.byte();
  switch (kind) {
    case 0: {
      const type = typeAt(draft, content);
      draft.functions.push(type);
      draft.imports.push({ module, name, kind: "function", type });
      return;
    }
    case 1:
      draft.imports.push({ module, name, kind: "table", limits: readTable(content).limits });
      return;
    case 2:
      draft.imports.push({ module, name, kind: "memory", limits: readLimits(content, "memory") });
      return;
    case 3:
      readGlobalType(content);
      draft.imports.push({ module, name, kind: "global" });
      return;
    case 4:
      readTagOf(draft, content);
      draft.imports.push({ module, name, kind: "tag" });
      return;
    default:
      throw malformed(at, `an import of kind ${kind}`);
  }
}

function readTagOf({ types, limits }: SectionDraft, content: ByteReader): void {
  requireCount("values in a tag", readTag(content, types).length, limits.maxTagValues);
}

const EXPORT_KINDS = ["function", "table", "memory", "global", "tag"] as const;

function readExport(draft: SectionDraft, content: ByteReader): ModuleExport {
  const name = content.name();
  const at = content.offset;
  const code = content.byte();
  const kind = EXPORT_KINDS[code];
  const index = content.u32();
  if (kind === undefined) throw malformed(at, `an export of kind ${code}`);
  if (kind !== "function") return { name, kind };
  const type = draft.functions[index];
  if (type === undefined) throw malformed(at, `an export of function ${index}, which is not there`);
  return { name, kind, type };
}

function typeAt(draft: SectionDraft, content: ByteReader): FunctionType {
  const at = content.offset;
  const index = content.u32();
  const type = draft.types[index];
  if (type === undefined) throw malformed(at, `type ${index}, which is not there`);
  return type;
}

/** Reads a section's count and then, entry by entry, all of it. */
function forEach(content: ByteReader, item: CountedItem, limit: number, readEntry: () => void): void {
  const count = readCount(content, item, limit);
  for (let index = 0; index < count; index++) readEntry();
  if (!content.atEnd) throw malformed(content.offset, `bytes after the last of ${count} ${item}`);
}

function readCount(content: ByteReader, item: CountedItem, limit: number): number {
  const count = content.u32();
  requireCount(item, count, limit);
  return count;
}

function requireCount(item: CountedItem, count: number, limit: number): void {
  if (count <= limit) return;
  if (item === "memories") throw unsupported("multiple-memories", `${count} memories`);
  throw new WasmRuntimeError({ code: "MODULE_REFUSED", reason: "too-many", item, count, limit });
}
