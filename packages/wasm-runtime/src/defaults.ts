import { availableParallelism, totalmem } from "node:os";
import type { AbiSelection, CallerIdentity, HostFunctionRegistrar } from "@assay/host-interface";
import type { ModuleStore } from "./module-store.ts";
import { type AdmissionLimits, DEFAULT_ADMISSION_LIMITS } from "./rewrite/admission.ts";
import type { WasiConfig } from "./wasi-config.ts";

const MIB = 1024 * 1024;

/**
 * How large a module may be, and each of its functions. Real modules stay far below; the limits bound what inspecting, posting and linking a
 * hostile one costs.
 */
export interface ModuleLimits extends AdmissionLimits {
  /** Bytes of the whole module. Default 16 MiB. */
  readonly maxModuleBytes: number;
  /** Default 10 000. */
  readonly maxTypes: number;
  /** Parameters and results of all types together. Default 1 000 000. */
  readonly maxTypeValues: number;
  /** Default 1 000. */
  readonly maxImports: number;
  /** Default 10 000. */
  readonly maxExports: number;
  /** Functions that the module defines. Default 100 000. */
  readonly maxFunctions: number;
  /** Globals that the module defines; they live outside of its memory. Default 10 000. */
  readonly maxGlobals: number;
  /** Tables that the module defines. Default 64. */
  readonly maxTables: number;
  /** Exception tags that the module defines; a C++ or Rust program has one or two. Default 64. */
  readonly maxTags: number;
  /** Values that one exception carries. To throw one costs the same fuel however many there are. Default 16. */
  readonly maxTagValues: number;
  /** Data segments, and likewise element segments. Default 100 000 of each. */
  readonly maxSegments: number;
  /** Bytes of the element section. Each element can take eight bytes of the thread's heap. Default 1 MiB. */
  readonly maxElementBytes: number;
  /** Default 1 000. */
  readonly maxCustomSections: number;
}

/** What `ModuleLimits` says where nothing is given; frozen. */
export const DEFAULT_MODULE_LIMITS: ModuleLimits = Object.freeze({
  ...DEFAULT_ADMISSION_LIMITS,
  maxModuleBytes: 16 * MIB,
  maxTypes: 10_000,
  maxTypeValues: 1_000_000,
  maxImports: 1_000,
  maxExports: 10_000,
  maxFunctions: 100_000,
  maxGlobals: 10_000,
  maxTables: 64,
  maxTags: 64,
  maxTagValues: 16,
  maxSegments: 100_000,
  maxElementBytes: MIB,
  maxCustomSections: 1_000,
});

/**
 * How long a guest runs before the next one has its turn: for about so many milliseconds, or for just so much fuel.
 */
export type SliceSize = { readonly ms: number } | { readonly fuel: number };

/** Everything that `createRuntime` can be told. All of it is optional; a new field breaks nobody. */
export interface RuntimeConfig {
  /** How large a module may be; a part of it may be given. */
  readonly moduleLimits?: Partial<ModuleLimits>;
  /** How long inspecting and compiling one module may take, in milliseconds. Default 30 000. */
  readonly maxCompileMs?: number;
  /** How many compiled modules are kept, least recently used first to go. Default 64; 0 keeps none. */
  readonly maxCachedModules?: number;
  /**
   * How large the kept modules may be together, in bytes: as they were given, and the machine code that they can become by
   * its estimate, see `ModuleLimits.maxMachineCodeBytes`. As much again may be code of modules that are not kept, and not yet collected.
   * Default 512 MiB.
   */
  readonly maxCachedBytes?: number;
  /** Where rewritten modules are kept between processes. Default: nowhere. */
  readonly moduleStore?: ModuleStore;
  /** How many threads guests may have together. Default: one for each processor. */
  readonly maxThreads?: number;
  /**
   * How many guests may share a thread, each in turns of about a millisecond. Default 64. However many threads there are,
   * a process has no more than `MAX_GUESTS_PER_PROCESS` guests at a time; others wait.
   */
  readonly guestsPerThread?: number;
  /** How many threads without a guest are kept ready; starting one takes about 15 ms. Default 1. */
  readonly idleThreads?: number;
  /** How many threads may compile at a time; guests do not run on them. Default 2. */
  readonly maxCompileThreads?: number;
  /** How many calls may wait for a place on a thread; the next one fails with `QUEUE_FULL`. Default 10 000. */
  readonly maxQueued?: number;
  /**
   * What the memories of all guests could be together, in bytes, each counted with what it may grow to; further guests
   * wait. One is always let in. Default three quarters of the memory that this process may have.
   */
  readonly maxTotalMemoryBytes?: number;
  /** How long a guest's turn is: `{ ms }`, by how fast it was in its last turns, or `{ fuel }`, to the unit. Default 1 ms. */
  readonly slice?: SliceSize;
  /**
   * How long one operation of a guest may take, in milliseconds: compiling a function, filling a memory. After that its
   * thread is ended; it fails as `unresponsive`, and the thread's other guests are run again, each alone. Default 5 000.
   */
  readonly maxStallMs?: number;
  /**
   * The JavaScript heap of a thread, in MiB. A guest's memory is not in it, its tables and what the engine notes
   * about its calls are: about 450 MiB for the worst module of 16 MiB that we could write. A full heap mostly ends the
   * guest as `out-of-memory`, but can abort the process, so it must not be too small for `moduleLimits`. Default 512.
   */
  readonly threadHeapMiB?: number;
  /**
   * How long a host function may go on after its guest has ended, in milliseconds. After that the call fails with
   * `HANDLER_NOT_SETTLED`. Default 10 000.
   */
  readonly handlerGraceMs?: number;
}

/** What `RuntimeConfig` says where nothing is given; frozen. */
export const DEFAULT_RUNTIME_CONFIG: Required<Omit<RuntimeConfig, "moduleStore">> = Object.freeze({
  moduleLimits: DEFAULT_MODULE_LIMITS,
  maxCompileMs: 30_000,
  maxCachedModules: 64,
  maxCachedBytes: 512 * MIB,
  maxThreads: availableParallelism(),
  guestsPerThread: 64,
  idleThreads: 1,
  maxCompileThreads: 2,
  maxQueued: 10_000,
  maxTotalMemoryBytes: Math.floor(0.75 * availableMemoryBytes()),
  slice: Object.freeze({ ms: 1 }),
  maxStallMs: 5_000,
  threadHeapMiB: 512,
  handlerGraceMs: 10_000,
});

/** What a container or the machine gives this process; a container without a limit says a number beyond all memory. */
function availableMemoryBytes(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

/**
 * Everything that an instance can be told. The same object serves `instantiate`, `evaluate` and `validate`. All of it is
 * optional; a new field breaks nobody.
 */
export interface InstanceConfig {
  /** Who answers the guest's imports. Default: nobody, so a guest with imports does not link. */
  readonly registrars?: readonly HostFunctionRegistrar[];
  /** The level of the guest contract. Default `auto`. */
  readonly abi?: AbiSelection;
  /** For whom the guest runs; handlers see it. Absent fields are empty strings. */
  readonly identity?: Partial<CallerIdentity>;
  /**
   * Wall-clock time of one call, in milliseconds, from the moment a thread takes it, where it may wait for its turns; the guest's start function, its
   * allocator and the host functions it waits for all count. Default 60 000, at most 2 147 483 647.
   */
  readonly deadlineMs?: number;
  /**
   * What one call may compute, in units of fuel: about one for each instruction, see `src/rewrite/costs.ts`. The start
   * function counts towards the first call. Default 2^53 - 1, which is days.
   */
  readonly fuel?: number;
  /** What all turns of one call may take, in milliseconds, looked at after each; see `cpuTimeMs`. Default 2^53 - 1. */
  readonly maxCpuTimeMs?: number;
  /** Who gets the next free place on a thread: higher ones first, equals in the order of their calls. Default 0. */
  readonly priority?: number;
  /**
   * Whether every NaN that the guest computes gets the same bits, so that what it computes does not depend on the kind of
   * processor. Default false; it costs nothing where no floating point is, and up to half again where little else is.
   */
  readonly deterministic?: boolean;
  /** The guest's memory, in bytes; rounded down to pages of 64 KiB. Default 512 MiB, at most 4 GiB. */
  readonly maxMemoryBytes?: number;
  /** All tables of the guest together, in elements. Default 65 536. */
  readonly maxTableElements?: number;
  /** One `bytes` argument of a host function. Default 64 MiB. */
  readonly maxMessageBytes?: number;
  /** The bytes that `evaluate` returns. Default 64 MiB. */
  readonly maxResultBytes?: number;
  /**
   * What the guest finds behind WASI preview 1, `wasi_snapshot_preview1`; a part of it may be given, and `{}` is a clock, a
   * random source and output that nobody sees. Default: nothing, so a guest that imports WASI does not link.
   */
  readonly wasi?: Partial<WasiConfig>;
  /** Gets what the guest writes to its standard output and error, in order and in pieces, while it runs. If it throws, the call ends as `host-failed`. */
  readonly onWasiOutput?: (stream: "stdout" | "stderr", bytes: Uint8Array) => void;
  /** Aborting it ends the running call with the outcome `cancelled`, and every later one before it starts. */
  readonly signal?: AbortSignal;
}

/**
 * The defaults of an instance. Memory and result are the original system's; it had no deadline at all.
 */
export const DEFAULT_INSTANCE_CONFIG: Required<Omit<InstanceConfig, "signal" | "wasi" | "onWasiOutput">> =
  Object.freeze({
    registrars: Object.freeze([]),
    abi: "auto",
    identity: Object.freeze({}),
    deadlineMs: 60_000,
    fuel: Number.MAX_SAFE_INTEGER,
    maxCpuTimeMs: Number.MAX_SAFE_INTEGER,
    priority: 0,
    deterministic: false,
    maxMemoryBytes: 512 * MIB,
    maxTableElements: 65_536,
    maxMessageBytes: 64 * MIB,
    maxResultBytes: 64 * MIB,
  });
