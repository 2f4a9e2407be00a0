import type { WasmRuntimeError } from "./errors.ts";
import { printable } from "./printable.ts";
import type { CapExceeded } from "./rewrite/cap-limits.ts";

/** What the guest was doing: its start function, its allocator for the input, or the call itself. */
export type GuestPhase = "start" | "allocate" | "call";

/** An import that nobody provides. `type` is what the guest asked for, for instance `(i32, i32) -> i32` or `memory`. */
export interface MissingImport {
  readonly module: string;
  readonly name: string;
  readonly type: string;
}

/** An import that is provided with another type. */
export interface MismatchedImport {
  readonly module: string;
  readonly name: string;
  /** The type that the host provides. */
  readonly provided: string;
  /** The type that the guest asked for. */
  readonly wanted: string;
}

/** How a call ended that returned nothing. Every text of the guest in it is made printable, except import names. */
export type GuestFailure =
  /** Ended by the engine: `message` is its name for the trap, `frames` the guest's functions, innermost first. */
  | {
      readonly kind: "trap";
      readonly phase: GuestPhase;
      readonly message: string;
      readonly frames: readonly string[];
    }
  /** Its calls nested too deep: at the same call on every machine. */
  | { readonly kind: "stack-exhausted"; readonly phase: GuestPhase; readonly frames: readonly string[] }
  | { readonly kind: "deadline"; readonly phase: GuestPhase; readonly deadlineMs: number }
  /** It ended its program (`proc_exit` of WASI) instead of returning. */
  | { readonly kind: "exited"; readonly phase: GuestPhase; readonly exitCode: number }
  /** It used up the fuel of this call. Where, is the same on every machine. */
  | { readonly kind: "out-of-fuel"; readonly phase: GuestPhase; readonly fuel: number }
  /** It used up the processor time of this call. */
  | { readonly kind: "out-of-cpu-time"; readonly phase: GuestPhase; readonly maxCpuTimeMs: number }
  /** One operation of it took so long that its thread was given up: compiling a function, or filling a huge memory. */
  | { readonly kind: "unresponsive"; readonly phase: GuestPhase; readonly maxStallMs: number }
  | { readonly kind: "cancelled" }
  /** The module starts with more than its cap; nothing of it ran. */
  | ({ readonly kind: "out-of-memory" } & CapExceeded)
  /** Its thread's JavaScript heap ran out while the guest ran. */
  | { readonly kind: "out-of-memory"; readonly resource: "thread-heap"; readonly threadHeapMiB: number }
  /**
   * The guest gave no room for the input, and nothing was written: its allocator returned 0 (`null`), a region outside of
   * memory (`out-of-bounds`), trapped, or called the suspending host function that `message` names (`suspended`).
   */
  | {
      readonly kind: "allocation-failed";
      readonly reason: "null" | "out-of-bounds" | "trapped" | "suspended";
      readonly export: "alloc" | "allocate";
      readonly lengthBytes: number;
      readonly message: string;
    }
  /** What the guest returned is no result: a null region, one outside of memory or too large, or undecodable bytes. */
  | {
      readonly kind: "bad-result";
      readonly reason: "null" | "out-of-bounds" | "too-large" | "undecodable";
      readonly message: string;
    }
  /** Nothing of the guest ran; all imports that do not fit are listed at once. */
  | {
      readonly kind: "link-failed";
      readonly missing: readonly MissingImport[];
      readonly mismatched: readonly MismatchedImport[];
    }
  /** The guest lacks an export that the call needs, or has it with another type (`found`); nothing of it ran. */
  | {
      readonly kind: "missing-export";
      readonly name: string;
      readonly expected: string;
      readonly found: string | null;
    }
  /** The start function called the host function `name`, which suspends; only an entry point may do that. */
  | { readonly kind: "start-suspended"; readonly module: string; readonly name: string }
  /** A host function threw or replied wrongly; `error.cause` is what it threw. The guest learnt nothing of it. */
  | {
      readonly kind: "host-failed";
      readonly module: string;
      readonly name: string;
      readonly error: WasmRuntimeError;
    };

/** How a call ended. Only after `returned` can the instance be called again. */
export type GuestOutcome<T> = { readonly kind: "returned"; readonly value: T } | GuestFailure;

/** One call, as it went. */
export interface GuestReport<T> {
  readonly outcome: GuestOutcome<T>;
  /**
   * The size of the guest's memory at the end of the call, in bytes, or when it was last seen if its thread had to be
   * ended. Memories never shrink, so it is the largest it was.
   */
  readonly memoryPeakBytes: number;
  /**
   * What the call took, in the units of `fuelVersion`: the same for the same module, input and answers of the host, on
   * every machine. One that ran out of fuel can have used a little more than it had. `null`: its thread had to be ended.
   */
  readonly fuelUsed: number | null;
  /** The version of what fuel is counted by; compare no fuel across versions. */
  readonly fuelVersion: number;
  /** How many turns the guest had on its thread, which it shares with others. `null`: its thread had to be ended. */
  readonly slices: number | null;
  /**
   * How long the call's turns took, in milliseconds; `null`: its thread had to be ended. It is processor time unless the
   * machine has more to do than it has processors: then it is more.
   */
  readonly cpuTimeMs: number | null;
  /** Wall-clock time from when a thread took the call until the guest had ended, in milliseconds. */
  readonly durationMs: number;
}

/** The failure in one sentence, for people. */
export function explainFailure(failure: GuestFailure): string {
  switch (failure.kind) {
    case "trap":
      return `the guest trapped in its ${PHASE_NAMES[failure.phase]}: ${failure.message}`;
    case "stack-exhausted":
      return `the guest's calls nested too deep (in its ${PHASE_NAMES[failure.phase]})`;
    case "exited":
      return `the guest ended its program with exit code ${failure.exitCode} (in its ${PHASE_NAMES[failure.phase]})`;
    case "deadline":
      return `the guest did not return within ${failure.deadlineMs} ms (in its ${PHASE_NAMES[failure.phase]})`;
    case "out-of-fuel":
      return `the guest used up its fuel of ${failure.fuel} (in its ${PHASE_NAMES[failure.phase]})`;
    case "out-of-cpu-time":
      return `the guest used up its processor time of ${failure.maxCpuTimeMs} ms (in its ${PHASE_NAMES[failure.phase]})`;
    case "unresponsive":
      return `one operation of the guest took more than ${failure.maxStallMs} ms (in its ${PHASE_NAMES[failure.phase]})`;
    case "cancelled":
      return "the call was cancelled";
    case "out-of-memory":
      return explainOutOfMemory(failure);
    case "allocation-failed":
      return `the guest's ${failure.export} gave no room for ${failure.lengthBytes} bytes of input: ${failure.message}`;
    case "bad-result":
      return `the guest's result cannot be used: ${failure.message}`;
    case "link-failed":
      return `the guest's imports cannot be provided: ${[
        ...failure.missing.map((each) => `${importName(each)} ${each.type} is missing`),
        ...failure.mismatched.map(
          (each) => `${importName(each)} is ${each.provided}, not ${each.wanted} as the guest wants`,
        ),
      ].join("; ")}`;
    case "missing-export": {
      const found = failure.found === null ? "" : `, but has it as ${failure.found}`;
      return `the guest must export ${failure.name} as ${failure.expected}${found}`;
    }
    case "start-suspended":
      return `the guest's start function called ${importName(failure)}, which suspends`;
    case "host-failed":
      return failure.error.message;
  }
}

const PHASE_NAMES: Record<GuestPhase, string> = {
  start: "start function",
  allocate: "allocator",
  call: "entry point",
};

function explainOutOfMemory(failure: Extract<GuestFailure, { kind: "out-of-memory" }>): string {
  switch (failure.resource) {
    case "memory":
      return `the guest starts with ${failure.minimumBytes} bytes of memory, more than maxMemoryBytes (${failure.maxMemoryBytes})`;
    case "table":
      return `the guest starts with ${failure.minimumElements} table elements, more than maxTableElements (${failure.maxTableElements})`;
    case "thread-heap":
      return `the guest used up its thread's heap (threadHeapMiB ${failure.threadHeapMiB})`;
  }
}

function importName({ module, name }: { readonly module: string; readonly name: string }): string {
  return printable(`${module}::${name}`);
}
