import type { ModuleRefusal } from "../module-refusal.ts";
import type { UnsupportedInstructions } from "./instructions/unsupported.ts";

/** What makes a function too expensive to compile; see `AdmissionLimits`. */
export type FunctionMeasure =
  | "body-bytes"
  | "locals"
  | "nesting"
  | "locals-times-control"
  | "operands-times-control";

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

/** What only the instructions of a module show. */
export type InstructionRefusal =
  | {
      readonly reason: "unsupported-instruction";
      readonly functionIndex: number | null;
      readonly feature: UnsupportedInstructions;
      /** As written in the binary, for instance `0xfd 0x105`. */
      readonly opcode: string;
      /** In the module, in bytes. */
      readonly offset: number;
    }
  | {
      readonly reason: "function-too-complex";
      readonly functionIndex: number;
      readonly measure: FunctionMeasure;
      readonly value: number;
      readonly limit: number;
    };

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

export function describeInstructionRefusal(refusal: InstructionRefusal): string {
  switch (refusal.reason) {
    case "unsupported-instruction": {
      const where = refusal.functionIndex === null ? "an initial value" : `function ${refusal.functionIndex}`;
      return `${where} uses ${refusal.feature} (opcode ${refusal.opcode} at byte ${refusal.offset}), which is not supported`;
    }
    case "function-too-complex":
      return `function ${refusal.functionIndex} has ${refusal.measure} ${refusal.value}, more than ${refusal.limit}`;
  }
}

/** The refusal of bytes that the engine called valid and we cannot follow. */
export function cannotFollow(offset: number, found: string): RewriteRefused {
  return new RewriteRefused({ reason: "invalid", detail: `${found} at byte ${offset}` });
}
