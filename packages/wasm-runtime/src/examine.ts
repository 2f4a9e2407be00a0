import type { HostModule } from "@assay/host-interface";
import { readThreadFailure, startBareWorker, threadFailed } from "./bare-worker.ts";
import { buildOptions, resolveInstanceConfig, resolveRuntimeConfig } from "./config.ts";
import type { InstanceConfig, RuntimeConfig } from "./defaults.ts";
import { WasmRuntimeError } from "./errors.ts";
import type { ModuleExamination } from "./examination.ts";
import type { ExaminationRequest } from "./examine-bytes.ts";
import type { ModuleRefusal } from "./module-refusal.ts";

/** What a module is examined for; all of it is optional, and the defaults are a runtime's and an instance's. */
export interface ExamineOptions
  extends Pick<RuntimeConfig, "moduleLimits" | "maxCompileMs" | "threadHeapMiB">,
    Pick<
      InstanceConfig,
      "abi" | "wasi" | "maxMemoryBytes" | "maxTableElements" | "deterministic" | "signal"
    > {
  /** The host functions that there are. Default: none. */
  readonly hostModules?: readonly HostModule[];
}

/**
 * Says all that can be said of a module without running it: what it imports, exports, declares and uses, what the rewrite
 * costs, and every reason why it would not be run.
 *
 * The bytes are untrusted, and reading a hostile module can take many seconds: it is done on a thread of its own, which is
 * ended after `maxCompileMs`. Nothing of the module is compiled or run, and its thread holds nothing that it could reach.
 *
 * @returns an examination for whatever the bytes are. One that took too long, or filled its thread's heap, knows nothing
 *   but that: `compile` refuses such a module for the same reason.
 * @throws {WasmRuntimeError} `INVALID_CONFIG`, or `THREAD_FAILED`.
 * @throws the signal's reason, when it is aborted.
 */
export async function examineModule(
  bytes: Uint8Array,
  options: ExamineOptions = {},
): Promise<ModuleExamination> {
  if (!(bytes instanceof Uint8Array)) {
    throw new WasmRuntimeError({ code: "INVALID_CONFIG", field: "bytes", expected: "a Uint8Array" });
  }
  const { hostModules = [], signal, moduleLimits, maxCompileMs, threadHeapMiB, ...instance } = options;
  // A field that is absent and one that is undefined are the same to it.
  const runtime = resolveRuntimeConfig({ moduleLimits, maxCompileMs, threadHeapMiB } as RuntimeConfig);
  const config = resolveInstanceConfig(instance);
  signal?.throwIfAborted();
  const request: ExaminationRequest = {
    bytes,
    limits: runtime.moduleLimits,
    build: buildOptions(config),
    abi: config.abi,
    hostModules,
    wasi: config.wasi !== null,
  };
  return await examineOnThread(request, runtime, signal ?? null);
}

interface ThreadLimits {
  readonly maxCompileMs: number;
  readonly threadHeapMiB: number;
}

async function examineOnThread(
  request: ExaminationRequest,
  { maxCompileMs, threadHeapMiB }: ThreadLimits,
  signal: AbortSignal | null,
): Promise<ModuleExamination> {
  const { promise, resolve, reject } = Promise.withResolvers<ModuleExamination>();
  const worker = startBareWorker("examination-thread", {
    name: "assay-examination",
    threadHeapMiB,
    workerData: request,
  });
  const refuse = (refusal: ModuleRefusal) => resolve(unexamined(refusal));
  const abort = () => reject(signal?.reason);
  const timer = setTimeout(() => refuse({ reason: "compile-timeout", maxCompileMs }), maxCompileMs);
  signal?.addEventListener("abort", abort, { once: true });
  worker.on("message", resolve);
  worker.on("error", (error) => {
    const failure = readThreadFailure(error);
    if (failure.kind === "failed") reject(failure.error);
    else refuse({ reason: "compile-memory", threadHeapMiB });
  });
  worker.on("exit", (code) => reject(threadFailed(`it exited with code ${code}`)));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
    await worker.terminate();
  }
}

function unexamined(refusal: ModuleRefusal): ModuleExamination {
  return {
    inspection: null,
    abi: null,
    imports: [],
    allocator: null,
    entryPoints: [],
    capped: null,
    usedFeatures: null,
    rewrite: null,
    refusals: [{ kind: "refused", refusal, functions: 0 }],
  };
}
