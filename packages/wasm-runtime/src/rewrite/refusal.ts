import type { ModuleRefusal } from "../module-refusal.ts";
import { describeInstructionRefusal, type InstructionRefusal } from "./instruction-refusal.ts";

/**
 * Why a module is not rewritten, and so not run.
 *
 * - `invalid`, `unsupported`: as for `inspectModule`.
 * - `unsupported-instruction`: a function uses an instruction that we do not run. `functionIndex: null`: not a function,
 *   but the initial value of a global or a segment does.
 * - `function-too-complex`: compiling the function could take seconds and gigabytes.
 */
export type RewriteRefusal =
  | Extract<ModuleRefusal, { readonly reason: "invalid" | "unsupported" }>
  | InstructionRefusal;

/** Carries a refusal out of the passes to `rewriteModule`, which returns it as a value. */
export class RewriteRefused extends Error {
  override readonly name = "RewriteRefused";
  readonly refusal: RewriteRefusal;

  constructor(refusal: RewriteRefusal) {
    super(describeRewriteRefusal(refusal));
    this.refusal = refusal;
  }
}

function describeRewriteRefusal(refusal: RewriteRefusal): string {
  switch (refusal.reason) {
    case "invalid":
      return `not a valid WebAssembly module: ${refusal.detail}`;
    case "unsupported":
      return `uses ${refusal.feature}, which is not supported: ${refusal.detail}`;
    default:
      return describeInstructionRefusal(refusal);
  }
}

/** The refusal of bytes that the engine called valid and we cannot follow. */
export function cannotFollow(offset: number, found: string): RewriteRefused {
  return new RewriteRefused({ reason: "invalid", detail: `${found} at byte ${offset}` });
}
