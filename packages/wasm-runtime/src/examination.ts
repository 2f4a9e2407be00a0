import type { AbiLevel } from "@assay/host-interface";
import type { Limits, ModuleImport, ModuleInspection } from "./inspection.ts";
import type { ModuleRefusal } from "./module-refusal.ts";
import type { GuestFailure } from "./outcome.ts";
import type { FeatureUse } from "./used-features.ts";

/** An import, and the levels at which a host function of its name and type answers it; none when it is not provided. */
export interface ExaminedImport {
  readonly wanted: ModuleImport;
  readonly providedAt: readonly AbiLevel[];
}

/** What the rewrite makes of a module. */
export interface RewriteCost {
  readonly beforeBytes: number;
  readonly afterBytes: number;
  /** Measured wall clock of one rewrite, in milliseconds. */
  readonly durationMs: number;
  readonly fuelVersion: number;
}

/** How a call of a module ends before anything of it runs. */
export type AdmissionFailure = Extract<
  GuestFailure,
  { readonly kind: "out-of-memory" | "link-failed" | "missing-export" }
>;

/** One reason why a module is not run. */
export type ExaminationRefusal =
  /** `compile` would refuse it; `functions` of the module are refused in this way, and `refusal` is of the first. */
  | { readonly kind: "refused"; readonly refusal: ModuleRefusal; readonly functions: number }
  /** It would be compiled, and its calls would end with this. */
  | { readonly kind: "not-callable"; readonly failure: AdmissionFailure };

/** All that can be said of a module without running it. Names and texts in it are the module's own, and not escaped. */
export interface ModuleExamination {
  /** Of a module that is refused it says only what could be read of it; `null` when not even that. */
  readonly inspection: ModuleInspection | null;
  /** The level that it would be spoken to at; `null` without an inspection. */
  readonly abi: AbiLevel | null;
  /** One entry for each import of the inspection, in its order. */
  readonly imports: readonly ExaminedImport[];
  /** The export that gives room for its input; `null` without. */
  readonly allocator: "alloc" | "allocate" | null;
  /** Which of its calls have all the exports that they need. */
  readonly entryPoints: readonly ("evaluate" | "validate")[];
  /** What its memory and tables would be limited to, in the order of the inspection; `null` where they could not be. */
  readonly capped: { readonly memory: Limits | null; readonly tables: readonly Limits[] } | null;
  /** What its code uses; `null` when the module is refused before its code is read. */
  readonly usedFeatures: readonly FeatureUse[] | null;
  /** `null` when it is not rewritten, because it is refused. */
  readonly rewrite: RewriteCost | null;
  /** Empty: it would be run, by `evaluate` and by `validate`. */
  readonly refusals: readonly ExaminationRefusal[];
}
