import { explainRefusal, type ModuleRefusal } from "../module-refusal.ts";
import type { InstructionRefusal } from "./instruction-refusal.ts";

/**
 * Why a module is not rewritten, and so not run.
 *
 * - `invalid`, `unsupported`: as for `inspectModule`.
 * - `rewritten-too-large`, `too-much-machine-code`: as in `ModuleRefusal`.
 * - `unsupported-instruction`: a function uses an instruction that we do not run. `functionIndex: null`: not a function,
 *   but the initial value of a global or a segment does.
 * - `function-too-complex`: compiling the function could take seconds and gigabytes.
 */
export type RewriteRefusal =
  | Extract<
      ModuleRefusal,
      { readonly reason: "invalid" | "unsupported" | "rewritten-too-large" | "too-much-machine-code" }
    >
  | InstructionRefusal;

/** Carries a refusal out of the passes to `rewriteModule`, which returns it as a value. */
export class RewriteRefused extends Error {
  override readonly name = "RewriteRefused";
  readonly refusal: RewriteRefusal;

  constructor(refusal: RewriteRefusal) {
    super(explainRefusal(refusal));
    this.refusal = refusal;
  }
}

/** The refusal of bytes that the engine called valid and we cannot follow. */
export function cannotFollow(offset: number, found: string): RewriteRefused {
  return new RewriteRefused({ reason: "invalid", detail: `${found} at byte ${offset}` });
}
