import { PLATFORM_SANDBOX } from "@assay/host-interface";
import { createProcessExecutor, type ProcessExecutor } from "@assay/process-executor";
import { createSandboxHost } from "@assay/sandbox-host";
import {
  createRuntime,
  type ExamineOptions,
  examineModule,
  type ModuleExamination,
} from "@assay/wasm-runtime";
import type { Logger } from "pino";
import type { EvaluationServices } from "./evaluation/evaluate.ts";
import { openModuleStore } from "./module-store/module-store.ts";

/** Everything that an evaluation needs. Disposing of it ends every guest, closes every sandbox and removes their files. */
export interface Services extends EvaluationServices, AsyncDisposable {}

export interface ServicesOptions {
  readonly logger: Logger;
  /** The directory in which rewritten modules are kept; `null` for none. */
  readonly moduleCache: string | null;
}

/** 1 GiB. */
const MAX_MODULE_CACHE_BYTES = 2 ** 30;

/**
 * Chooses and joins the implementations; this file is the only place that does. Nothing is started before it is needed.
 *
 * @throws {WasmRuntimeError} `ENGINE_UNSUPPORTED`: this Node cannot let a guest wait for a command.
 */
export function composeServices({ logger, moduleCache }: ServicesOptions): Services {
  const moduleStore =
    moduleCache === null
      ? null
      : openModuleStore({ directory: moduleCache, maxBytes: MAX_MODULE_CACHE_BYTES, logger });
  const stack = new AsyncDisposableStack();
  const executor = stack.use(composeExecutor());
  const runtime = stack.use(createRuntime(moduleStore === null ? {} : { moduleStore }));
  return {
    logger,
    runtime,
    createSandboxHost: (options) => createSandboxHost({ ...options, executor, logger }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/**
 * Examines a challenge for the functions that `composeServices` gives it, and runs nothing of it.
 *
 * @throws {WasmRuntimeError} `THREAD_FAILED`.
 * @throws the signal's reason, when it is aborted.
 */
export function examineChallenge(
  module: Uint8Array,
  options: Pick<ExamineOptions, "abi" | "maxMemoryBytes" | "deterministic" | "signal">,
): Promise<ModuleExamination> {
  return examineModule(module, { ...options, hostModules: [PLATFORM_SANDBOX], wasi: {} });
}

/** What runs commands, by itself: all that `doctor` looks at. */
export function composeExecutor(): ProcessExecutor {
  return createProcessExecutor();
}
