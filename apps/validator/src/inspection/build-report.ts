import { GUEST_MEMORY_EXPORT } from "@assay/host-interface";
import {
  type ExaminedImport,
  formatFunctionType,
  type Limits,
  type ModuleExamination,
  type ModuleExport,
} from "@assay/wasm-runtime";
import { OUTCOME_OF_ERROR } from "../outcome.ts";
import type { InspectionReport } from "../report/inspection-schema.ts";
import type { ReportError } from "../report/schema.ts";
import { listRefusals } from "./list-refusals.ts";
import { shortName } from "./short-name.ts";

const MAX_REFUSALS = 100;

/** A module that was examined. */
export interface Inspected {
  readonly moduleFile: string;
  readonly moduleSha256: string;
  readonly sizeBytes: number;
  readonly deterministic: boolean;
  readonly examination: ModuleExamination;
  readonly durationMs: number;
}

/** The report of a module that was examined, refused or not. */
export function buildInspectionReport(inspected: Inspected): InspectionReport {
  const { moduleFile, moduleSha256, sizeBytes, deterministic, examination, durationMs } = inspected;
  const { inspection, capped, abi, allocator, entryPoints, usedFeatures, rewrite } = examination;
  const refusals = listRefusals(examination.refusals);
  const [first] = refusals;
  const error = first === undefined ? null : { code: first.code, message: first.message };
  return {
    reportVersion: 1,
    outcome: error === null ? "runnable" : OUTCOME_OF_ERROR[error.code],
    moduleFile,
    moduleSha256,
    sizeBytes,
    abi,
    entryPoints: [...entryPoints],
    allocator,
    imports: examination.imports.map(importReport),
    exports: (inspection?.exports ?? []).map((each) => exportReport(each, examination)),
    memory: inspection?.memory ? limitsReport(inspection.memory, capped?.memory) : null,
    tables: (inspection?.tables ?? []).map(({ element, limits }, index) => ({
      element,
      ...limitsReport(limits, capped?.tables[index]),
    })),
    hasStart: inspection?.hasStart ?? null,
    counts: inspection === null ? null : { ...inspection.counts },
    customSections: (inspection?.customSections ?? []).map(({ name, ...section }) => ({
      name: shortName(name),
      ...section,
    })),
    declaredFeatures: [...(inspection?.features ?? [])],
    usedFeatures: usedFeatures?.map((use) => ({ ...use })) ?? null,
    rewrite:
      rewrite === null
        ? null
        : {
            ...rewrite,
            durationMs: rounded(rewrite.durationMs, 3),
            ratio: rounded(rewrite.afterBytes / rewrite.beforeBytes, 2),
            deterministic,
          },
    refusals: refusals.slice(0, MAX_REFUSALS),
    refusalsOmitted: Math.max(0, refusals.length - MAX_REFUSALS),
    durationMs: rounded(durationMs, 3),
    error,
  };
}

/** The report of an inspection that could not be made. */
export function failedInspectionReport(moduleFile: string | null, error: ReportError): InspectionReport {
  return {
    reportVersion: 1,
    outcome: OUTCOME_OF_ERROR[error.code],
    moduleFile,
    moduleSha256: null,
    sizeBytes: null,
    abi: null,
    entryPoints: [],
    allocator: null,
    imports: [],
    exports: [],
    memory: null,
    tables: [],
    hasStart: null,
    counts: null,
    customSections: [],
    declaredFeatures: [],
    usedFeatures: null,
    rewrite: null,
    refusals: [],
    refusalsOmitted: 0,
    durationMs: 0,
    error,
  };
}

function importReport({ wanted, providedAt }: ExaminedImport): InspectionReport["imports"][number] {
  return {
    module: shortName(wanted.module),
    name: shortName(wanted.name),
    kind: wanted.kind,
    type: wanted.kind === "function" ? formatFunctionType(wanted.type) : wanted.kind,
    providedAt: [...providedAt],
  };
}

function exportReport(
  exported: ModuleExport,
  { allocator, entryPoints }: ModuleExamination,
): InspectionReport["exports"][number] {
  const { name, kind } = exported;
  const isEntry = entryPoints.some((entry) => entry === name);
  const purposes = [
    kind === "memory" && name === GUEST_MEMORY_EXPORT ? ("memory" as const) : null,
    kind === "function" && name === allocator ? ("allocator" as const) : null,
    kind === "function" && isEntry ? ("entry-point" as const) : null,
  ];
  return {
    name: shortName(name),
    kind,
    type: kind === "function" ? formatFunctionType(exported.type) : kind,
    recognisedAs: purposes.find((purpose) => purpose !== null) ?? null,
  };
}

function limitsReport({ minimum, maximum }: Limits, capped: Limits | null | undefined) {
  return { minimum, maximum, cappedTo: capped?.maximum ?? null };
}

function rounded(value: number, places: number): number {
  const factor = 10 ** places;
  return Math.round(value * factor) / factor;
}
