import { refusalOf } from "../errors.ts";
import { webAssembly } from "../webassembly.ts";
import { type AdmissionLimits, DEFAULT_ADMISSION_LIMITS } from "./admission.ts";
import { assembleModule } from "./assemble.ts";
import { FUEL_VERSION } from "./costs.ts";
import { planMetering } from "./meter/plan-metering.ts";
import { readModuleShape } from "./module-shape.ts";
import type { PrivateNames } from "./private-names.ts";
import { type RewriteRefusal, RewriteRefused } from "./refusal.ts";

/** How a module is rewritten; all of it is optional. */
export interface RewriteOptions {
  /** How complex a function may be. */
  readonly limits?: AdmissionLimits;
  /** How much of the stack nested calls may take, in bytes as `frameBytes` counts them. */
  readonly maxStackBytes?: number;
  /**
   * Whether the module's own memory becomes an import, `names.memoryImport`: a new memory for each instance takes longer
   * than all the rest of making one, so a host may use some again. Default false.
   */
  readonly importMemory?: boolean;
  /** Whether every NaN that is computed is made the canonical one. Costs nothing where no floating point is. */
  readonly canonicalizeNans?: boolean;
}

/**
 * Calls of a small function may nest about 8 000 deep. What V8 gives a stack by default is 984 KiB, of which its compilers
 * take no more than we count.
 */
export const DEFAULT_MAX_STACK_BYTES = 768 * 1024;

/** A module that can be stopped. */
export interface RewrittenModule {
  readonly bytes: Uint8Array;
  /** The version of what fuel is counted by; see `FUEL_VERSION`. */
  readonly fuelVersion: number;
  /** What the stack's global starts with, and is set to before every call but the first. */
  readonly maxStackBytes: number;
  readonly names: PrivateNames;
  /** How much machine code the engine's baseline compiler can make of it, in bytes; an estimate from above. */
  readonly machineCodeBytes: number;
  readonly sizes: { readonly beforeBytes: number; readonly afterBytes: number };
}

/** The rewritten module, or why it is not run. */
export type RewriteResult =
  | ({ readonly ok: true } & RewrittenModule)
  | { readonly ok: false; readonly refusal: RewriteRefusal };

/**
 * Rewrites a module so that its host can stop it, at the same instruction on every machine: it counts fuel, and how deep
 * its calls nest, in globals of its own that no code of the guest can reach. Otherwise it means the same: results, memory,
 * globals, traps and their order. The same bytes and options give the same module, byte for byte.
 *
 * **Fuel.** `names.fuelExport` is a mutable i64 global; it starts at 0 and falls. Once it is below 0 the guest calls the
 * imported `names.yieldImport`, with what is left, where it asks next; the answer is the new count, and it is called again
 * until that is not below 0. It asks in every loop, of the smallest each fourth time around, and in every circle of calls;
 * between, it runs at most one function's code, and about a thousand units for each call in it. Nothing is charged twice
 * and nothing is run that was not charged before, so what a guest has used, `granted - left`, and where a budget ends it
 * are the same for any size of slice:
 *
 *     if (granted === budget) the guest is out of fuel: end it
 *     grant = min(max(slice, -left), budget - granted); granted += grant; return left + grant
 *
 * (`-left`, because one bulk operation can cost many slices, and a guest in debt would only ask again.)
 *
 * The import may be a `WebAssembly.Suspending` function. To end the guest it must throw, or reject with, an error that a
 * trap of the engine made; any other error can be caught by the guest. The global is exact while the guest is in any other
 * import and after it has returned; where the yield ended it, `granted - left` is, with the `left` of that last question.
 * After a trap the global lacks what ran in the trapping function since its last call, or since it was entered, if that
 * function has loops without calls, and keeps the count in a local; but it says the same for any size of slice.
 *
 * **Stack.** `names.stackExport` is a mutable i32 global; the host sets it to `maxStackBytes` before every call. When a
 * call would take more than is left, the guest traps (`unreachable`), and the global is negative: it never is otherwise.
 * What stands at the very end of the stack, in up to 2 KiB, is not counted.
 *
 * **Exceptions** live on the engine's heap, which a worker's resource limits do not guard the process from. A local or an
 * operand that can hold one counts towards the stack at the size of the largest that the module can throw, and nothing
 * else may hold any: `exnref` in tables, globals and tags is refused. So those alive take at most `maxStackBytes`.
 *
 * **Start.** A start function is not run on instantiation: it is exported as `names.startExport`, for the host to call
 * first, like any other export. A start function cannot suspend.
 *
 * **Growth.** `memory.grow` and `table.grow` answer -1 when they would exceed the maximum that the module declares, or
 * what the JavaScript API allows without one: 65 536 pages, 10 000 000 elements. When they answer it for any other reason,
 * because the host has no room, the guest traps (`unreachable`) and the exported mutable i32 global
 * `names.growthFailedExport`, which is 0 otherwise, is 1: that is the host's failure, and no result of the guest. An
 * imported memory or table must have just the maximum that the module declares.
 *
 * Memory and tables are not capped here: `capLimits` does that, and must come first, because of growth.
 *
 * @param bytes - anything; a module that the engine does not validate is refused.
 * @returns the refusal as a value for whatever the bytes are.
 */
export function rewriteModule(bytes: Uint8Array, options: RewriteOptions = {}): RewriteResult {
  // An invalid module could use an index that nothing has yet, and would then reach what we add under it.
  if (!webAssembly.validate(bytes))
    return refused({ reason: "invalid", detail: "the engine does not validate it" });
  return rewriteValidModule(bytes, options);
}

/**
 * `rewriteModule` without its first step.
 *
 * @param bytes - of a module that the engine has validated, as it is or with other limits of memory and tables.
 */
export function rewriteValidModule(bytes: Uint8Array, options: RewriteOptions = {}): RewriteResult {
  try {
    return rewriteValid(bytes, options);
  } catch (error) {
    if (error instanceof RewriteRefused) return refused(error.refusal);
    const refusal = refusalOf(error);
    switch (refusal?.reason) {
      case "invalid":
      case "unsupported":
      case "function-too-complex":
      case "rewritten-too-large":
      case "too-much-machine-code":
        return refused(refusal);
    }
    throw error;
  }
}

function refused(refusal: RewriteRefusal): RewriteResult {
  return { ok: false, refusal };
}

function rewriteValid(bytes: Uint8Array, options: RewriteOptions): RewriteResult {
  const {
    limits = DEFAULT_ADMISSION_LIMITS,
    maxStackBytes = DEFAULT_MAX_STACK_BYTES,
    canonicalizeNans = false,
    importMemory = false,
  } = options;
  const rewritten = assembleModule(readModuleShape(bytes), {
    limits,
    maxStackBytes,
    canonicalizeNans,
    importMemory,
    planMetering,
  });
  return {
    ok: true,
    ...rewritten,
    fuelVersion: FUEL_VERSION,
    maxStackBytes,
    sizes: { beforeBytes: bytes.length, afterBytes: rewritten.bytes.length },
  };
}
