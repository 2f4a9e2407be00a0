import { describeInstructionRefusal, type InstructionRefusal } from "./rewrite/instruction-refusal.ts";

/** A feature of WebAssembly, visible in a module's sections, that we do not run. */
export type UnsupportedFeature =
  | "component"
  | "custom-page-size"
  | "gc-types"
  | "memory64"
  | "multiple-memories"
  | "shared-memory"
  | "stored-exceptions"
  | "table64"
  | "table-initialiser"
  | "unknown-section";

/** What a module may have only so many of; see `ModuleLimits`. */
export type CountedItem =
  | "custom sections"
  | "data segments"
  | "element bytes"
  | "element segments"
  | "exports"
  | "functions"
  | "globals"
  | "imports"
  | "memories"
  | "tables"
  | "tags"
  | "types"
  | "values in a tag"
  | "values in types";

/**
 * Why bytes were not accepted as a module.
 *
 * - `invalid`: they are not a valid WebAssembly module; `detail` is the engine's text, or where reading stopped.
 * - `unsupported`: they use `feature`, which we do not run.
 * - `too-large`, `too-many`: they exceed a configured limit.
 * - `unsupported-instruction`: a function uses an instruction that we do not run.
 * - `function-too-complex`: compiling a function could take seconds and gigabytes, by its `measure`: its bytes, its locals,
 *   both multiplied, its nesting, or its locals or operands multiplied by its branches; those inside of `try_table`s also
 *   together with those of the functions before it.
 * - `rewritten-too-large`: what the rewrite makes of its code exceeds a limit; `rewrittenBytes` is how much there was when
 *   it was given up.
 * - `too-much-machine-code`: the engine could make more machine code of it than a limit; `machineCodeBytes` is the estimate
 *   where it was given up.
 * - `compile-timeout`, `compile-memory`: compiling took longer than `maxCompileMs`, or more than the thread's heap.
 */
export type ModuleRefusal =
  | InstructionRefusal
  | { readonly reason: "invalid"; readonly detail: string }
  | { readonly reason: "unsupported"; readonly feature: UnsupportedFeature; readonly detail: string }
  | { readonly reason: "too-large"; readonly sizeBytes: number; readonly maxModuleBytes: number }
  | {
      readonly reason: "too-many";
      readonly item: CountedItem;
      readonly count: number;
      readonly limit: number;
    }
  | {
      readonly reason: "rewritten-too-large";
      readonly rewrittenBytes: number;
      readonly maxRewrittenBytes: number;
    }
  | {
      readonly reason: "too-much-machine-code";
      readonly machineCodeBytes: number;
      readonly maxMachineCodeBytes: number;
    }
  | { readonly reason: "compile-timeout"; readonly maxCompileMs: number }
  | { readonly reason: "compile-memory"; readonly threadHeapMiB: number };

/** The refusal in one sentence, for people. What it quotes of a module is escaped. */
export function explainRefusal(refusal: ModuleRefusal): string {
  switch (refusal.reason) {
    case "invalid":
      return `not a valid WebAssembly module: ${refusal.detail}`;
    case "unsupported":
      return `uses ${refusal.feature}, which is not supported: ${refusal.detail}`;
    case "too-large":
      return `${refusal.sizeBytes} bytes, more than maxModuleBytes (${refusal.maxModuleBytes})`;
    case "too-many":
      return `${refusal.count} ${refusal.item}, more than ${refusal.limit}`;
    case "unsupported-instruction":
    case "function-too-complex":
      return describeInstructionRefusal(refusal);
    case "rewritten-too-large":
      return `${refusal.rewrittenBytes} bytes of code once it is metered, more than maxRewrittenBytes (${refusal.maxRewrittenBytes})`;
    case "too-much-machine-code":
      return `${refusal.machineCodeBytes} bytes of machine code at most, more than maxMachineCodeBytes (${refusal.maxMachineCodeBytes})`;
    case "compile-timeout":
      return `compiling took longer than maxCompileMs (${refusal.maxCompileMs})`;
    case "compile-memory":
      return `compiling needed more than the thread's heap (threadHeapMiB ${refusal.threadHeapMiB})`;
  }
}
