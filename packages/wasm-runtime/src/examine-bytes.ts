import {
  ABI_LEVELS,
  type AbiLevel,
  type AbiSelection,
  type HostModule,
  hostFunctionKey,
  resolveAbiLevel,
} from "@assay/host-interface";
import { surveyDraft } from "./binary/survey-draft.ts";
import type { ModuleLimits } from "./defaults.ts";
import { findEntryPoints, missingExports } from "./entry-points.ts";
import type { AdmissionFailure, ExaminationRefusal, ModuleExamination, RewriteCost } from "./examination.ts";
import { inspectPartially } from "./inspect.ts";
import type { ModuleInspection } from "./inspection.ts";
import { type Linkable, type LinkResult, linkImports } from "./link.ts";
import type { ModuleRefusal } from "./module-refusal.ts";
import type { BuildOptions } from "./protocol.ts";
import { type CapExceeded, capLimits } from "./rewrite/cap-limits.ts";
import { readModuleShape } from "./rewrite/module-shape.ts";
import { rewriteModule } from "./rewrite/rewrite.ts";
import { type CodeSurvey, surveyCode } from "./used-features.ts";

/** What a module is examined for. Plain data: it is posted to a thread. */
export interface ExaminationRequest {
  readonly bytes: Uint8Array;
  readonly limits: ModuleLimits;
  readonly build: BuildOptions;
  readonly abi: AbiSelection;
  readonly hostModules: readonly HostModule[];
  /** Whether it would find WASI preview 1. */
  readonly wasi: boolean;
}

const ENTRIES = ["evaluate", "validate"] as const;

/** Examines a module on this thread, which a hostile one can keep busy for many seconds: see `examineModule`. */
export function examineBytes(request: ExaminationRequest): ModuleExamination {
  const { bytes, limits, abi, hostModules, wasi } = request;
  const { inspection, refusals: inspected, validated } = inspectPartially(bytes, limits);
  const level = resolveAbiLevel(abi, inspection?.exports.map(({ name }) => name) ?? []);
  const functions = functionsOf(hostModules);
  const link = (wanted: Pick<ModuleInspection, "imports">, at: AbiLevel) =>
    linkImports(wanted, functions, at, { wasi });
  const code = validated ? surveyCode(readModuleShape(bytes)) : null;
  const rewritten = validated ? rewrite(request) : null;
  const caps = validated ? cap(request) : null;
  const calls = ENTRIES.flatMap((entry) => {
    const found = inspection === null ? null : findEntryPoints(inspection, entry);
    return found?.ok === true ? [{ entry, allocator: found.allocator }] : [];
  });

  return {
    inspection,
    abi: inspection === null ? null : level,
    imports: (inspection?.imports ?? []).map((wanted) => ({
      wanted,
      providedAt: ABI_LEVELS.filter((each) => link({ imports: [wanted] }, each).ok),
    })),
    allocator: calls[0]?.allocator ?? null,
    entryPoints: calls.map(({ entry }) => entry),
    capped: caps?.capped ?? null,
    usedFeatures: code?.features ?? null,
    rewrite: rewritten?.cost ?? null,
    refusals: [
      ...joinRefusals(inspected, code, rewritten?.refusal ?? null),
      ...(caps?.exceeded ?? []).map((exceeded) => outOfMemory(exceeded)),
      // What an incomplete inspection lacks, the module may have.
      ...(inspection !== null && validated ? missingParts(inspection, link(inspection, level)) : []),
    ],
  };
}

function outOfMemory(exceeded: CapExceeded): ExaminationRefusal {
  return { kind: "not-callable", failure: { kind: "out-of-memory", ...exceeded } };
}

function functionsOf(hostModules: readonly HostModule[]): ReadonlyMap<string, Linkable> {
  return new Map(
    hostModules.flatMap(({ module, functions }) =>
      Object.entries(functions).map(
        ([name, signature]) => [hostFunctionKey(module, name), { signature }] as const,
      ),
    ),
  );
}

interface Rewritten {
  readonly cost: RewriteCost | null;
  readonly refusal: ModuleRefusal | null;
}

function rewrite({ bytes, limits, build }: ExaminationRequest): Rewritten {
  // Not of what the caps make of it: places are told as they are in the module.
  const startedAt = performance.now();
  const rewritten = rewriteModule(bytes, { limits, canonicalizeNans: build.deterministic });
  const durationMs = performance.now() - startedAt;
  if (!rewritten.ok) return { cost: null, refusal: rewritten.refusal };
  const { sizes, fuelVersion } = rewritten;
  return { cost: { ...sizes, durationMs, fuelVersion }, refusal: null };
}

interface Capped {
  readonly capped: ModuleExamination["capped"];
  readonly exceeded: readonly CapExceeded[];
}

const ANY_MEMORY_BYTES = 2 ** 32;
const ANY_TABLE_ELEMENTS = 2 ** 32 - 1;

function cap({ bytes, limits, build }: ExaminationRequest): Capped {
  const { maxMemoryBytes, maxTableElements } = build;
  const capped = capLimits(bytes, { maxMemoryBytes, maxTableElements });
  if (capped.ok) {
    const { memories, tables } = surveyDraft(capped.bytes, limits).draft;
    const cappedTables = tables.map((table) => table.limits);
    return { capped: { memory: memories[0] ?? null, tables: cappedTables }, exceeded: [] };
  }
  // Each by itself, so that a memory that is too large does not hide a table that is.
  const each = [
    capLimits(bytes, { maxMemoryBytes, maxTableElements: ANY_TABLE_ELEMENTS }),
    capLimits(bytes, { maxMemoryBytes: ANY_MEMORY_BYTES, maxTableElements }),
  ];
  return { capped: null, exceeded: each.flatMap((result) => (result.ok ? [] : [result.exceeded])) };
}

/** Every refusal once: the inspection, the code and the rewrite may have met the same one. */
function joinRefusals(
  inspected: readonly ModuleRefusal[],
  code: CodeSurvey | null,
  rewritten: ModuleRefusal | null,
): ExaminationRefusal[] {
  const found = new Map<string, ExaminationRefusal>();
  const all = [
    ...inspected.map((refusal) => ({ refusal, functions: 0 })),
    ...(code?.refusals ?? []),
    ...(rewritten === null ? [] : [{ refusal: rewritten, functions: 1 }]),
  ];
  for (const { refusal, functions } of all) {
    const key = JSON.stringify(refusal);
    if (!found.has(key)) found.set(key, { kind: "refused", refusal, functions });
  }
  return [...found.values()];
}

function missingParts(inspection: ModuleInspection, link: LinkResult<Linkable>): ExaminationRefusal[] {
  const failures: AdmissionFailure[] = link.ok ? [] : [link.failure];
  const missing = ENTRIES.flatMap((entry) => missingExports(inspection, entry));
  const once = new Map(missing.map((failure) => [failure.name, failure]));
  return [...once.values(), ...failures].map((failure) => ({ kind: "not-callable", failure }));
}
