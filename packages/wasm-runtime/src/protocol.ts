import type { HostArgument, HostFunctionKind, HostParameter } from "@assay/host-interface";
import type { ModuleLimits, SliceSize } from "./defaults.ts";
import type { HostFault } from "./errors.ts";
import type { ModuleInspection } from "./inspection.ts";
import type { ModuleRefusal } from "./module-refusal.ts";
import type { GuestFailure, GuestPhase } from "./outcome.ts";
import type { CapExceeded, ResourceCaps } from "./rewrite/cap-limits.ts";
import type { PrivateNames } from "./rewrite/private-names.ts";
import type { OutputStream, WasiConfig } from "./wasi-config.ts";
import type { WasmModule } from "./webassembly.ts";

/**
 * What the calling thread and a guests' thread say to each other. The calling thread holds the host functions and their
 * clock; the other thread holds guests, and nothing else. All messages are plain data.
 *
 * Every request is about one guest, by a number that each thread uses once. Compiling a module has a number too.
 */
export interface ThreadRequest {
  readonly guest: number;
  readonly request: GuestRequest;
}

/** A request to one guest. */
export type GuestRequest =
  | { readonly type: "compile"; readonly source: CompileSource }
  /** `setup` comes with the first call of a guest, and instantiates it. */
  | { readonly type: "call"; readonly setup: GuestSetup | null; readonly call: GuestCall }
  | { readonly type: "answer"; readonly answer: HostAnswer }
  /** End the call, wherever the guest waits. */
  | { readonly type: "stop" }
  /** Forget the guest. */
  | { readonly type: "release" };

/** What a guests' thread reports: that it is ready, and then what its guests do. */
export type ThreadReport =
  | { readonly type: "ready" }
  | { readonly type: "guest"; readonly guest: number; readonly report: GuestMessage };

/** What is reported of one guest. */
export type GuestMessage =
  | { readonly type: "compiled"; readonly result: CompileResult }
  | { readonly type: "host-call"; readonly call: HostCallReport }
  | { readonly type: "output"; readonly stream: OutputStream; readonly bytes: Uint8Array }
  | { readonly type: "ended"; readonly ending: GuestEnding; readonly usage: GuestUsage };

/** What a call has taken when it ended. */
export interface GuestUsage {
  readonly fuelUsed: number;
  /** How many turns on its thread the guest had. */
  readonly slices: number;
  readonly cpuTimeMs: number;
  readonly memoryBytes: number;
}

/** How a module is rewritten. */
export interface BuildOptions extends ResourceCaps {
  /** Whether every NaN that is computed gets the same bits. */
  readonly deterministic: boolean;
}

/** What is compiled. */
export type CompileSource =
  /** A module as it was given. `keep`: what it was rewritten to is wanted too, for a store. */
  | {
      readonly kind: "module";
      readonly bytes: Uint8Array;
      readonly limits: ModuleLimits;
      readonly build: BuildOptions;
      /** What stands for the bytes, the limits and the options together. */
      readonly key: string;
      readonly keep: boolean;
    }
  /** What a store kept. */
  | { readonly kind: "stored"; readonly entry: Uint8Array };

/** A rewritten and compiled module. */
export interface Executable extends ExecutableFacts {
  readonly module: WasmModule;
}

/** What has to be known of a rewritten module to run it. */
export interface ExecutableFacts {
  /** What the rewrite added for its host: the import by which a guest is stopped, the globals that count. */
  readonly names: PrivateNames;
  readonly maxStackBytes: number;
  /** How many functions the guest imports: the engine numbers those that it defines one higher, after ours. */
  readonly importedFunctions: number;
  readonly code: MachineCode;
}

/** The machine code that the engine can make of a module: once in a process, whoever runs the module. */
export interface MachineCode {
  /** The same for guests of the same rewritten module. */
  readonly key: string;
  /** An estimate from above; see `RewrittenModule.machineCodeBytes`. */
  readonly bytes: number;
}

/** A module ready to run, or (`exceeded`) one that starts with more than its caps. */
export type PreparedModule =
  | { readonly inspection: ModuleInspection; readonly executable: Executable; readonly exceeded: null }
  | { readonly inspection: ModuleInspection; readonly executable: null; readonly exceeded: CapExceeded };

export type CompileResult =
  /** `entry`: for a store, if it was wanted. */
  | { readonly ok: true; readonly prepared: PreparedModule; readonly entry: Uint8Array | null }
  /** `null`: what a store kept is of no use. */
  | { readonly ok: false; readonly refusal: ModuleRefusal | null };

export interface GuestSetup {
  readonly executable: Executable;
  readonly functions: readonly LinkedFunction[];
  /** What answers the guest's WASI imports on its own thread; `null`: the guest gets none. */
  readonly wasi: WasiSetup | null;
  readonly maxMessageBytes: number;
}

export interface WasiSetup {
  readonly config: WasiConfig;
  /** The functions that the guest imports. */
  readonly functions: readonly string[];
  /** Whether the guest exports `_initialize`, which wants to be called before everything else. */
  readonly initialize: boolean;
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
  readonly maxCpuTimeMs: number;
  readonly deadlineMs: number;
}

export interface HostCallReport {
  /** Counts up from 1 for each guest; an answer carries the number of its call. */
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
  /** The calling thread asked for it. */
  | { readonly kind: "stopped"; readonly phase: GuestPhase }
  | { readonly kind: "memory-unavailable"; readonly detail: string }
  | { readonly kind: "thread-failed"; readonly detail: string };

/** What a guests' thread is started with. */
export interface ThreadData {
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly slice: SliceSize;
  /** From how much machine code of modules on, that it has let go, the thread collects its heap. */
  readonly maxLeftCodeBytes: number;
}

/**
 * The slots of the shared `control` array: what a thread does, for the calling thread to read when it hears nothing from
 * there any more.
 */
export const CONTROL = {
  /** Changes with every turn of a guest. */
  heartbeat: 0,
  /** The guest whose turn it is, or 0. */
  running: 1,
  /** The index in `PHASES` of what that guest is doing. */
  phase: 2,
  /** The size of that guest's memory when it was last looked at, in pages. */
  memoryPages: 3,
} as const;

export const CONTROL_BYTES = 4 * Int32Array.BYTES_PER_ELEMENT;

export const PHASES = ["start", "allocate", "call"] as const satisfies readonly GuestPhase[];
