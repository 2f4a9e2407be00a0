import { ProcessExecutorError } from "@assay/process-executor";
import { explainFailure, type GuestFailure, WasmRuntimeError } from "@assay/wasm-runtime";
import { ValidatorError } from "../errors.ts";
import { type ErrorCode, OUTCOME_OF_ERROR } from "../outcome.ts";
import type { ReportError } from "../report/schema.ts";

/** How a guest that gave no verdict is reported. */
export const CODE_OF_GUEST_FAILURE = {
  trap: "TRAP",
  deadline: "DEADLINE",
  exited: "EXITED",
  "out-of-fuel": "OUT_OF_FUEL",
  "out-of-cpu-time": "OUT_OF_CPU_TIME",
  "stack-exhausted": "STACK_EXHAUSTED",
  unresponsive: "UNRESPONSIVE",
  cancelled: "CANCELLED",
  "out-of-memory": "OUT_OF_MEMORY",
  "allocation-failed": "ALLOCATION_FAILED",
  "bad-result": "BAD_RESULT",
  "link-failed": "LINK_FAILED",
  "missing-export": "MISSING_EXPORT",
  "start-suspended": "START_SUSPENDED",
  // A host function failed, not the guest.
  "host-failed": "INTERNAL",
} as const satisfies Record<GuestFailure["kind"], ErrorCode>;

const MAX_FRAMES = 5;

/** What a guest did instead of giving a verdict. */
export function errorOfGuest(failure: GuestFailure): ReportError {
  return {
    code: CODE_OF_GUEST_FAILURE[failure.kind],
    message: `${explainFailure(failure)}${framesOf(failure)}`,
  };
}

/** What was thrown, by us or by a package. A code that the table of codes does not have is a fault of ours. */
export function errorOfThrown(thrown: unknown): ReportError {
  // Cleaning up after a failure failed too: the first of the two is the one to mend.
  if (thrown instanceof SuppressedError) return errorOfThrown(thrown.suppressed);
  return { code: codeOf(thrown), message: thrown instanceof Error ? thrown.message : String(thrown) };
}

/** The caller ended the evaluation. */
export const CANCELLED: ReportError = Object.freeze({
  code: "CANCELLED",
  message: "the evaluation was cancelled before its end",
});

function codeOf(thrown: unknown): ErrorCode {
  if (thrown instanceof ValidatorError) return thrown.failure.code;
  if (!(thrown instanceof ProcessExecutorError || thrown instanceof WasmRuntimeError)) return "INTERNAL";
  const { code } = thrown.failure;
  return isErrorCode(code) ? code : "INTERNAL";
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(OUTCOME_OF_ERROR, code);
}

function framesOf(failure: GuestFailure): string {
  if (!("frames" in failure) || failure.frames.length === 0) return "";
  const shown = failure.frames.slice(0, MAX_FRAMES);
  const more = failure.frames.length > shown.length ? ", …" : "";
  return ` (in ${shown.join(", called by ")}${more})`;
}
