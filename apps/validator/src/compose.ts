import { createProcessExecutor, type HostReport } from "@assay/process-executor";
import { createSandboxHost } from "@assay/sandbox-host";
import { createRuntime } from "@assay/wasm-runtime";
import type { Logger } from "pino";
import type { EvaluationServices } from "./evaluation/evaluate.ts";

/** Everything that this application is joined from. Disposing of it ends every guest, closes every sandbox and removes their files. */
export interface Services extends EvaluationServices, AsyncDisposable {
  /** What this machine can enforce. */
  probe(): Promise<HostReport>;
}

/**
 * Chooses and joins the implementations: the only place that does. Nothing is started before it is needed.
 */
export function composeServices({ logger }: { readonly logger: Logger }): Services {
  const stack = new AsyncDisposableStack();
  const executor = stack.use(createProcessExecutor());
  const runtime = stack.use(createRuntime());
  return {
    logger,
    runtime,
    createSandboxHost: (options) => createSandboxHost({ ...options, executor, logger }),
    probe: () => executor.probe(),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
