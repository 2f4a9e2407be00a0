import { ProcessExecutorError } from "@assay/process-executor";
import type { Logger } from "pino";
import { SandboxHostError } from "./errors.ts";
import type { EvaluationState, HostFailure } from "./state.ts";

/**
 * Notes that this host cannot run commands, and gives the error to throw. The first failure of an evaluation is the one that counts:
 * what comes after it is often only its consequence.
 */
export function failEvaluation(state: EvaluationState, logger: Logger, thrown: unknown): HostFailure {
  if (state.failure === null) {
    state.failure = hostFailure(thrown);
    logger.error({ err: state.failure }, "this host cannot run commands");
  }
  return state.failure;
}

function hostFailure(thrown: unknown): HostFailure {
  if (thrown instanceof ProcessExecutorError || thrown instanceof SandboxHostError) return thrown;
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return new SandboxHostError({ code: "EXECUTOR_FAILED", detail }, { cause: thrown });
}
