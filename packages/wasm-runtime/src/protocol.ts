import type { MessagePort } from "node:worker_threads";
import type { HostArgument, HostFunctionKind, HostParameter } from "@assay/host-interface";
import type { ModuleLimits } from "./defaults.ts";
import type { HostFault } from "./errors.ts";
import type { ModuleInspection } from "./inspection.ts";
import type { ModuleRefusal } from "./module-refusal.ts";
import type { GuestFailure, GuestPhase } from "./outcome.ts";
import type { CapExceeded, ResourceCaps } from "./rewrite/cap-limits.ts";
import type { PrivateNames } from "./rewrite/private-names.ts";
import type { WasmModule } from "./webassembly.ts";

/**
 * What the calling thread and a guest's thread say to each other. The calling thread holds the host functions and the
 * clock; the guest's thread holds the guest, and nothing else. All messages are plain data.
 *
 * A thread does one thing at a time: it compiles one module, or it hosts one guest, from its first `call` to `release`.
 */
export type ThreadRequest =
  | {
      readonly type: "compile";
      readonly bytes: Uint8Array;
      readonly limits: ModuleLimits;
      readonly build: BuildOptions;
    }
  /** `setup` comes with the first call of a guest, and instantiates it. */
  | { readonly type: "call"; readonly setup: GuestSetup | null; readonly call: GuestCall }
  | { readonly type: "answer"; readonly answer: HostAnswer }
  /** Forget the guest. */
  | { readonly type: "release" };

/** What a guest's thread reports. */
export type ThreadReport =
  | { readonly type: "ready" }
  | { readonly type: "compiled"; readonly result: CompileResult }
  | { readonly type: "host-call"; readonly call: HostCallReport }
  /** `usable: false`: the thread waits for nothing but its end. */
  | {
      readonly type: "ended";
      readonly ending: GuestEnding;
      readonly usable: boolean;
      /** `null` where the guest was stopped in the middle of its code. */
      readonly fuelUsed: number | null;
    };

/** How a module is rewritten. */
export interface BuildOptions extends ResourceCaps {
  /** Whether every NaN that is computed gets the same bits. */
  readonly deterministic: boolean;
}

/** A rewritten and compiled module. */
export interface Executable {
  readonly module: WasmModule;
  /** What the rewrite added for its host: the import by which a guest is stopped, the globals that count. */
  readonly names: PrivateNames;
  readonly maxStackBytes: number;
  /** How many functions the guest imports: the engine numbers those that it defines one higher, after ours. */
  readonly importedFunctions: number;
}

/** A module ready to run, or (`exceeded`) one that starts with more than its caps. */
export type PreparedModule =
  | { readonly inspection: ModuleInspection; readonly executable: Executable; readonly exceeded: null }
  | { readonly inspection: ModuleInspection; readonly executable: null; readonly exceeded: CapExceeded };

export type CompileResult =
  | { readonly ok: true; readonly prepared: PreparedModule }
  | { readonly ok: false; readonly refusal: ModuleRefusal };

export interface GuestSetup {
  readonly executable: Executable;
  readonly functions: readonly LinkedFunction[];
  readonly maxMessageBytes: number;
}

/** A host function as the guest's thread sees it. */
export interface LinkedFunction {
  /** Its place in `GuestSetup.functions`, by which a call names it. */
  readonly index: number;
  readonly module: string;
  readonly name: string;
  readonly params: readonly HostParameter[];
  readonly kind: HostFunctionKind;
}

export interface GuestCall {
  readonly entry: "evaluate" | "validate";
  readonly allocator: "alloc" | "allocate";
  /** The encoded `EvaluationInput`. */
  readonly input: Uint8Array;
  readonly maxResultBytes: number;
  readonly fuel: number;
}

export interface HostCallReport {
  /** Counts up from 1 in each thread; an answer carries the number of its call. */
  readonly callId: number;
  readonly functionIndex: number;
  readonly arguments: readonly HostArgument[];
  readonly fuelUsed: number;
}

export interface HostAnswer {
  readonly callId: number;
  readonly value: number | bigint | undefined;
  readonly write: Uint8Array | undefined;
}

/** How a call ended inside the guest's thread; `bytes` and `flag` are the results of `evaluate` and `validate`. */
export type GuestEnding =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "flag"; readonly flag: boolean }
  | { readonly kind: "failed"; readonly failure: GuestFailure }
  | {
      readonly kind: "host-fault";
      readonly module: string;
      readonly name: string;
      readonly fault: HostFault;
    }
  | { readonly kind: "memory-unavailable"; readonly detail: string }
  | { readonly kind: "thread-failed"; readonly detail: string };

/** What a guest's thread is started with. */
export interface ThreadData {
  readonly control: Int32Array<SharedArrayBuffer>;
  /** Brings the answers to `sync` calls; read only while the thread blocks. */
  readonly syncAnswers: MessagePort;
}

/** The slots of the shared `control` array. */
export const CONTROL = {
  /** How many sync answers were posted so far; the calling thread adds one after each, and wakes the waiting thread. */
  syncAnswers: 0,
  /** The index in `PHASES` of what the guest is doing. */
  phase: 1,
  /** The size of the guest's memory when it was last looked at, in pages. */
  memoryPages: 2,
  /** Never written and never notified: to wait on it is to wait for the thread's end. */
  never: 3,
} as const;

export const CONTROL_BYTES = 4 * Int32Array.BYTES_PER_ELEMENT;

export const PHASES = ["start", "allocate", "call"] as const satisfies readonly GuestPhase[];
