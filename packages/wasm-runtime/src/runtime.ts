import type { EvaluationInput, EvaluationOutput } from "@assay/host-interface";
import { createCapacity } from "./capacity.ts";
import { type CompiledModule, createCompiler } from "./compile.ts";
import {
  buildOptions,
  type ResolvedRuntimeConfig,
  resolveInstanceConfig,
  resolveRuntimeConfig,
} from "./config.ts";
import type { InstanceConfig, RuntimeConfig } from "./defaults.ts";
import { WasmRuntimeError } from "./errors.ts";
import { createInstance, type Instance } from "./instance.ts";
import { maxLeftCodeBytes } from "./machine-code-collector.ts";
import type { GuestReport } from "./outcome.ts";
import { createScheduler, type ThreadCounts } from "./scheduler.ts";
import { startGuestThread } from "./thread.ts";
import { webAssembly } from "./webassembly.ts";

/** Compiles modules and runs guests, many of them on each of a few threads. */
export interface Runtime {
  /**
   * Inspects a module, lowers its limits and compiles it. The same bytes are compiled once while they stay cached.
   *
   * @param config - of it only `maxMemoryBytes`, `maxTableElements` and `deterministic` matter here: they are what the module
   *   is compiled for. Instantiating it with others compiles it again.
   * @throws {WasmRuntimeError} `MODULE_REFUSED`: not a valid module, over a limit, or in need of a feature that is not
   *   run. `INVALID_CONFIG`, `RUNTIME_CLOSED`, `THREAD_FAILED`.
   */
  compile(bytes: Uint8Array, config?: InstanceConfig): Promise<CompiledModule>;
  /**
   * Prepares a guest. Nothing of it runs yet; a guest that does not link is told by its first call.
   *
   * @throws {WasmRuntimeError} `FOREIGN_MODULE`: another runtime compiled the module. `MODULE_REFUSED`: it had to be compiled
   *   again, for other settings or because it was not cached any more, and was refused. `INVALID_CONFIG`, `RUNTIME_CLOSED`,
   *   `THREAD_FAILED`.
   * @throws {HostInterfaceError} `DUPLICATE_HOST_FUNCTION`: two registrars define the same function.
   *   `INVALID_HOST_FUNCTION`: one is wrong by itself.
   */
  instantiate(module: CompiledModule, config?: InstanceConfig): Promise<Instance>;
  /** Compiles if need be, instantiates, calls `evaluate` once and closes; fails as those do. */
  evaluate(
    module: CompiledModule | Uint8Array,
    input: EvaluationInput,
    config?: InstanceConfig,
  ): Promise<GuestReport<EvaluationOutput>>;
  /** As `evaluate`, with the guest's `validate`. */
  validate(
    module: CompiledModule | Uint8Array,
    input: EvaluationInput,
    config?: InstanceConfig,
  ): Promise<GuestReport<boolean>>;
  /** The threads that exist now. */
  threads(): ThreadCounts;
  /** Ends every guest as `cancelled` and every thread. May be called any number of times. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Creates a runtime. It takes no thread before its first module, and its idle threads do not keep the process alive.
 *
 * @throws {WasmRuntimeError} `INVALID_CONFIG`: an unknown or impossible setting. `ENGINE_UNSUPPORTED`: the engine has no
 *   JavaScript Promise Integration.
 */
export function createRuntime(config?: RuntimeConfig): Runtime {
  if (typeof webAssembly.Suspending !== "function") {
    throw new WasmRuntimeError({
      code: "ENGINE_UNSUPPORTED",
      missing: "JavaScript Promise Integration (WebAssembly.Suspending)",
    });
  }
  const settings = resolveRuntimeConfig(config);
  const { handlerGraceMs, threadHeapMiB, maxStallMs } = settings;
  const closing = new AbortController();
  const active = new Set<Instance>();
  const { signal } = closing;
  const schedulers = createSchedulers(settings);
  const compiler = createCompiler({
    ...settings,
    scheduler: schedulers.compiling,
    limits: settings.moduleLimits,
    closing: signal,
  });

  async function compile(bytes: Uint8Array, given?: InstanceConfig): Promise<CompiledModule> {
    return compiler.compile(bytes, buildOptions(resolveInstanceConfig(given)));
  }

  async function instantiate(module: CompiledModule, given?: InstanceConfig): Promise<Instance> {
    if (signal.aborted) throw new WasmRuntimeError({ code: "RUNTIME_CLOSED" });
    const instanceConfig = resolveInstanceConfig(given);
    const prepared = await compiler.prepare(module, buildOptions(instanceConfig));
    return createInstance({
      handlerGraceMs,
      threadHeapMiB,
      maxStallMs,
      prepared,
      config: instanceConfig,
      scheduler: schedulers.shared,
      aloneScheduler: schedulers.alone,
      released: compiler.released,
      active,
    });
  }

  async function callOnce<T>(
    module: CompiledModule | Uint8Array,
    given: InstanceConfig | undefined,
    call: (instance: Instance) => Promise<GuestReport<T>>,
  ): Promise<GuestReport<T>> {
    const compiled = module instanceof Uint8Array ? await compile(module, given) : module;
    await using instance = await instantiate(compiled, given);
    return await call(instance);
  }

  async function close(): Promise<void> {
    closing.abort();
    // First the instances, so that none is run again; but they end with their threads, and nobody waits for their turns.
    const closings = [...[...active], ...Object.values(schedulers)].map((each) => each.close());
    const closed = await Promise.allSettled(closings);
    await compiler.close();
    for (const each of closed) if (each.status === "rejected") throw each.reason;
  }

  return {
    compile,
    instantiate,
    evaluate: (module, input, given) => callOnce(module, given, (instance) => instance.evaluate(input)),
    validate: (module, input, given) => callOnce(module, given, (instance) => instance.validate(input)),
    threads: () => addCounts(Object.values(schedulers).map((scheduler) => scheduler.counts())),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Who gets which threads. Modules are compiled apart from guests: compiling one can take seconds, and cannot be paused. */
function createSchedulers(settings: ResolvedRuntimeConfig) {
  const { maxThreads, guestsPerThread, idleThreads, maxCompileThreads, maxTotalMemoryBytes, maxCachedBytes } =
    settings;
  const capacity = createCapacity(maxTotalMemoryBytes);
  const allThreads = 2 * maxThreads + maxCompileThreads;
  const leftCodeBytes = Math.floor(maxLeftCodeBytes(maxCachedBytes) / allThreads);
  const common = {
    ...settings,
    maxModuleBytesPerThread: settings.moduleLimits.maxModuleBytes,
    start: () => startGuestThread({ ...settings, maxLeftCodeBytes: leftCodeBytes }),
  };
  const ofOneGuest = {
    ...common,
    guestsPerThread: 1,
    maxQueued: Number.POSITIVE_INFINITY,
    capacity: null,
  };
  return {
    shared: createScheduler({ ...common, maxThreads, guestsPerThread, idleThreads, capacity }),
    alone: createScheduler({ ...ofOneGuest, maxThreads, idleThreads: 0 }),
    compiling: createScheduler({
      ...ofOneGuest,
      maxThreads: maxCompileThreads,
      idleThreads: Math.min(idleThreads, 1),
    }),
  };
}

function addCounts(counts: readonly ThreadCounts[]): ThreadCounts {
  const sum = (field: keyof ThreadCounts) => counts.reduce((total, each) => total + each[field], 0);
  return { busy: sum("busy"), idle: sum("idle"), guests: sum("guests"), waiting: sum("waiting") };
}
