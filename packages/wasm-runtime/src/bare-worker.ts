import { Worker } from "node:worker_threads";
import { WasmRuntimeError } from "./errors.ts";

/** How a thread ended that nobody ended. */
export type ThreadFailure =
  | { readonly kind: "out-of-memory" }
  | { readonly kind: "failed"; readonly error: WasmRuntimeError };

/** What a thread is started with. */
export interface BareWorkerOptions {
  readonly name: string;
  readonly threadHeapMiB: number;
  readonly workerData: unknown;
}

const SOURCE_CONDITION = "--conditions=@assay/source";

/**
 * Starts a thread for untrusted bytes.
 *
 * It inherits nothing: no environment, no options of this process (a script that they preload would run beside guests),
 * no standard streams. Its `resourceLimits` are a second net for what a module can make the engine allocate on the
 * JavaScript heap; they do not bound a guest's memory, which the rewritten module does.
 *
 * @param entry - the file beside this one that it runs, without its ending.
 * @throws {WasmRuntimeError} `THREAD_FAILED`: it could not be created.
 */
export function startBareWorker(
  entry: "guest-thread" | "examination-thread",
  { name, threadHeapMiB, workerData }: BareWorkerOptions,
): Worker {
  const fromSource = import.meta.url.endsWith(".ts");
  try {
    return new Worker(new URL(`./${entry}.${fromSource ? "ts" : "js"}`, import.meta.url), {
      name,
      argv: [],
      env: {},
      execArgv: fromSource ? [SOURCE_CONDITION] : [],
      stdin: false,
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: threadHeapMiB },
      workerData,
    });
  } catch (error) {
    throw threadFailed("it could not be created", error);
  }
}

/** What a thread's error says about its end. */
export function readThreadFailure(error: unknown): ThreadFailure {
  if (error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY") {
    return { kind: "out-of-memory" };
  }
  return { kind: "failed", error: threadFailed(error instanceof Error ? error.message : "unknown", error) };
}

export function threadFailed(detail: string, cause?: unknown): WasmRuntimeError {
  return new WasmRuntimeError({ code: "THREAD_FAILED", detail }, { cause });
}
