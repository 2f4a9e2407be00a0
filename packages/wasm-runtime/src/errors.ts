import { explainRefusal, type ModuleRefusal } from "./module-refusal.ts";
import { printable } from "./printable.ts";

/** What a host function did that ended its guest. */
export type HostFault =
  | { readonly fault: "threw" }
  | { readonly fault: "bad-reply"; readonly detail: string };

/** What *we*, or the host's own code, failed at. What a guest did is a `GuestOutcome`, never an error. */
export type WasmRuntimeFailure =
  | ({ readonly code: "MODULE_REFUSED" } & ModuleRefusal)
  | { readonly code: "INVALID_CONFIG"; readonly field: string; readonly expected: string }
  | { readonly code: "ENGINE_UNSUPPORTED"; readonly missing: string }
  | { readonly code: "FOREIGN_MODULE" }
  | { readonly code: "CALL_IN_PROGRESS" }
  | { readonly code: "INSTANCE_ENDED"; readonly outcome: string }
  | { readonly code: "INSTANCE_CLOSED" }
  | { readonly code: "RUNTIME_CLOSED" }
  | { readonly code: "QUEUE_FULL"; readonly maxQueued: number }
  | ({ readonly code: "HOST_FUNCTION_FAILED"; readonly module: string; readonly name: string } & HostFault)
  | {
      readonly code: "HANDLER_NOT_SETTLED";
      readonly module: string;
      readonly name: string;
      readonly graceMs: number;
    }
  | { readonly code: "MEMORY_UNAVAILABLE"; readonly detail: string }
  | { readonly code: "THREAD_FAILED"; readonly detail: string }
  | { readonly code: "THREAD_NOT_ENDED"; readonly graceMs: number };

/** A failure of the runtime. `failure` is API and is what tests compare; the message is for people. */
export class WasmRuntimeError extends Error {
  override readonly name = "WasmRuntimeError";
  readonly failure: WasmRuntimeFailure;

  constructor(failure: WasmRuntimeFailure, options?: ErrorOptions) {
    super(describe(failure), options);
    this.failure = failure;
  }
}

/** Why a module was refused, if that is what `error` says. */
export function refusalOf(error: unknown): ModuleRefusal | null {
  if (!(error instanceof WasmRuntimeError) || error.failure.code !== "MODULE_REFUSED") return null;
  const { code: _, ...refusal } = error.failure;
  return refusal;
}

function describe(failure: WasmRuntimeFailure): string {
  switch (failure.code) {
    case "MODULE_REFUSED":
      return `module refused: ${explainRefusal(failure)}`;
    case "INVALID_CONFIG":
      return `${failure.field} must be ${failure.expected}`;
    case "ENGINE_UNSUPPORTED":
      return `this JavaScript engine lacks ${failure.missing}; Node.js 24.21 or newer has it`;
    case "FOREIGN_MODULE":
      return "the module was not compiled by this runtime";
    case "CALL_IN_PROGRESS":
      return "the instance is already in a call; one instance runs one call at a time";
    case "INSTANCE_ENDED":
      return `the instance ended with "${failure.outcome}" and cannot be called again`;
    case "INSTANCE_CLOSED":
      return "the instance is closed";
    case "RUNTIME_CLOSED":
      return "the runtime is closed";
    case "QUEUE_FULL":
      return `more than maxQueued (${failure.maxQueued}) calls wait for a thread`;
    case "HOST_FUNCTION_FAILED": {
      const what = failure.fault === "threw" ? "threw" : `gave a bad reply: ${failure.detail}`;
      return `host function ${functionName(failure)} ${what}`;
    }
    case "HANDLER_NOT_SETTLED":
      return `host function ${functionName(failure)} did not settle within ${failure.graceMs} ms after its guest had ended`;
    case "MEMORY_UNAVAILABLE":
      return `the host could not provide the guest's memory: ${failure.detail}`;
    case "THREAD_FAILED":
      return `the guest's thread failed: ${failure.detail}`;
    case "THREAD_NOT_ENDED":
      return `the guest's thread did not end within ${failure.graceMs} ms after it was terminated`;
  }
}

function functionName({ module, name }: { readonly module: string; readonly name: string }): string {
  return printable(`${module}::${name}`);
}
