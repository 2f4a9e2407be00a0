import type { EvaluationInput, EvaluationOutput } from "@assay/host-interface";
import { type CompiledModule, createCompiler } from "./compile.ts";
import { type ResolvedInstanceConfig, resolveInstanceConfig, resolveRuntimeConfig } from "./config.ts";
import type { InstanceConfig, RuntimeConfig } from "./defaults.ts";
import { WasmRuntimeError } from "./errors.ts";
import { createInstance, type Instance } from "./instance.ts";
import type { GuestReport } from "./outcome.ts";
import type { BuildOptions } from "./protocol.ts";
import { startGuestThread } from "./thread.ts";
import { createThreadPool, type ThreadCounts } from "./thread-pool.ts";
import { webAssembly } from "./webassembly.ts";

/** Compiles modules and runs guests, each on a thread of its own. */
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
   * @throws {WasmRuntimeError} `FOREIGN_MODULE`: another runtime compiled the module. `INVALID_CONFIG`, `RUNTIME_CLOSED`,
   *   `THREAD_FAILED`.
   * @throws {HostInterfaceError} `DUPLICATE_HOST_FUNCTION`: two registrars define the same function.
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
  const { threadHeapMiB, handlerGraceMs, moduleLimits } = settings;
  const closing = new AbortController();
  const active = new Set<Instance>();
  const { signal } = closing;
  const pool = createThreadPool({
    ...settings,
    start: () => startGuestThread(threadHeapMiB),
    closing: signal,
  });
  const compiler = createCompiler({ ...settings, pool, limits: moduleLimits, closing: signal });

  async function compile(bytes: Uint8Array, given?: InstanceConfig): Promise<CompiledModule> {
    return compiler.compile(bytes, buildOptions(resolveInstanceConfig(given)));
  }

  async function instantiate(module: CompiledModule, given?: InstanceConfig): Promise<Instance> {
    if (signal.aborted) throw new WasmRuntimeError({ code: "RUNTIME_CLOSED" });
    const instanceConfig = resolveInstanceConfig(given);
    const prepared = await compiler.prepare(module, buildOptions(instanceConfig));
    return createInstance({ prepared, config: instanceConfig, pool, handlerGraceMs, threadHeapMiB, active });
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
    await Promise.all([...active].map((instance) => instance.close()));
    await pool.drain();
  }

  return {
    compile,
    instantiate,
    evaluate: (module, input, given) => callOnce(module, given, (instance) => instance.evaluate(input)),
    validate: (module, input, given) => callOnce(module, given, (instance) => instance.validate(input)),
    threads: pool.counts,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function buildOptions(config: ResolvedInstanceConfig): BuildOptions {
  const { maxMemoryBytes, maxTableElements, deterministic } = config;
  return { maxMemoryBytes, maxTableElements, deterministic };
}
