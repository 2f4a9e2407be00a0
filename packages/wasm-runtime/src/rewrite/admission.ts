import { WasmRuntimeError } from "../errors.ts";
import type { FunctionMeasure } from "./instruction-refusal.ts";

/**
 * How complex a function may be. At each block and branch the engine's compilers keep a state of all locals: a module of
 * 70 KB, with 10 000 locals and 10 000 blocks, costs V8 four seconds and 1.25 GB, in the middle of which nothing can stop
 * it. Real modules were seen with up to 109 locals, 200 KB in a function, and 1.1 million locals × control.
 */
export interface AdmissionLimits {
  /** Bytes of one function, its declaration of locals included. Default 512 KiB. */
  readonly maxFunctionBytes: number;
  /** Locals of one function, its parameters included. Default 2 000. */
  readonly maxFunctionLocals: number;
  /**
   * Bytes of all functions once they are metered. Real modules grow by half; one of loops with nothing in them grows
   * twelvefold, and the engine takes the more memory for it. Default 64 MiB.
   */
  readonly maxRewrittenBytes: number;
  /** Blocks within blocks. Default 1 000. */
  readonly maxNesting: number;
  /**
   * Locals multiplied by bytes, which bounds what else is kept for each of both, at calls for one. Default 67 108 864. No
   * function of SQLite, PostgreSQL or QuickJS has more than 4 000 000, unless built for debugging.
   */
  readonly maxLocalsTimesBytes: number;
  /** Locals multiplied by blocks and branches. Default 4 000 000. */
  readonly maxLocalsTimesControl: number;
  /**
   * The most operands on the stack at a time, multiplied by blocks and branches: each of those moves or remembers all of
   * them. A module of 164 KB, with 1 001 operands and 40 000 branches, aborted the process. Default 4 000 000.
   */
  readonly maxOperandsTimesControl: number;
  /**
   * Calls and throws inside of a `try_table`, multiplied by locals and operands; of all functions of a module together.
   * Behind each of those calls the engine's simplest compiler writes code that puts every value into its place: functions
   * of 26 KB got 38 MB of code each, and at 4 GiB of it the engine aborts the process. Default 16 000 000, about 200 MB.
   */
  readonly maxLandingsTimesValues: number;
  /**
   * Machine code that the engine's simplest compiler can make of all functions of a module, in bytes; estimated from above,
   * see `createMachineCodeEstimator`. At 4 GiB of it in the process, of all modules, the engine aborts. Default 512 MiB.
   */
  readonly maxMachineCodeBytes: number;
}

export const DEFAULT_ADMISSION_LIMITS: AdmissionLimits = Object.freeze({
  maxFunctionBytes: 512 * 1024,
  maxFunctionLocals: 2_000,
  maxRewrittenBytes: 64 * 1024 * 1024,
  maxNesting: 1_000,
  maxLocalsTimesBytes: 64 * 1024 * 1024,
  maxLocalsTimesControl: 4_000_000,
  maxOperandsTimesControl: 4_000_000,
  maxLandingsTimesValues: 16_000_000,
  maxMachineCodeBytes: 512 * 1024 * 1024,
});

/**
 * What is known of a function before its instructions are read, by the engine too: to check the code of a function can
 * already cost what grows with both.
 *
 * @throws {WasmRuntimeError} `MODULE_REFUSED` `function-too-complex`; so do those below.
 */
export function admitSize(
  functionIndex: number,
  { bodyBytes, locals }: { readonly bodyBytes: number; readonly locals: number },
  limits: AdmissionLimits,
): void {
  require(functionIndex, "body-bytes", bodyBytes, limits.maxFunctionBytes);
  require(functionIndex, "locals", locals, limits.maxFunctionLocals);
  require(functionIndex, "locals-times-bytes", locals * bodyBytes, limits.maxLocalsTimesBytes);
}

/** What is known of a function when they are read. */
export function admitShape(
  functionIndex: number,
  shape: { readonly locals: number; readonly nesting: number; readonly control: number },
  limits: AdmissionLimits,
): void {
  require(functionIndex, "nesting", shape.nesting, limits.maxNesting);
  require(functionIndex, "locals-times-control", shape.locals * shape.control, limits.maxLocalsTimesControl);
}

/** What is known of a function when its operand stack has been followed. */
export function admitOperands(
  functionIndex: number,
  shape: { readonly operands: number; readonly control: number },
  limits: AdmissionLimits,
): void {
  const product = shape.operands * shape.control;
  require(functionIndex, "operands-times-control", product, limits.maxOperandsTimesControl);
}

/**
 * What is known of the functions up to this one.
 *
 * @param landingsTimesValues - the sum over them.
 */
export function admitLandings(
  functionIndex: number,
  landingsTimesValues: number,
  limits: AdmissionLimits,
): void {
  require(functionIndex, "landings-times-values", landingsTimesValues, limits.maxLandingsTimesValues);
}

/** What is known of a module while it is written. */
export function admitRewritten(rewrittenBytes: number, { maxRewrittenBytes }: AdmissionLimits): void {
  if (rewrittenBytes <= maxRewrittenBytes) return;
  const refusal = { reason: "rewritten-too-large", rewrittenBytes, maxRewrittenBytes } as const;
  throw new WasmRuntimeError({ code: "MODULE_REFUSED", ...refusal });
}

/** What is known of a module while it is written, too. */
export function admitMachineCode(machineCodeBytes: number, { maxMachineCodeBytes }: AdmissionLimits): void {
  if (machineCodeBytes <= maxMachineCodeBytes) return;
  const refusal = { reason: "too-much-machine-code", machineCodeBytes, maxMachineCodeBytes } as const;
  throw new WasmRuntimeError({ code: "MODULE_REFUSED", ...refusal });
}

function require(functionIndex: number, measure: FunctionMeasure, value: number, limit: number): void {
  if (value <= limit) return;
  const refusal = { reason: "function-too-complex", functionIndex, measure, value, limit } as const;
  throw new WasmRuntimeError({ code: "MODULE_REFUSED", ...refusal });
}
