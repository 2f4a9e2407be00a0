import type { AbiLevel } from "@assay/host-interface";
import { maxRequestBytes, type SandboxHost } from "@assay/sandbox-host";
import type { GuestFailure, GuestReport, Instance, Runtime } from "@assay/wasm-runtime";
import type { EvaluationRequest } from "./request.ts";
import { wasiFor } from "./wasi.ts";

/** The most that a verdict may take as a message, its details and metrics included: 4 MiB. A longer one is a `bad-result`. */
export const MAX_RESULT_BYTES = 4 * 1024 * 1024;

/** What a challenge says about a submission. `validate` says only whether it is valid. */
export interface Verdict {
  readonly valid: boolean;
  readonly score: bigint | null;
  readonly message: string | null;
  readonly metrics: Uint8Array | null;
  readonly details: Uint8Array | null;
}

/** One call of a guest that got as far as being called. */
export interface GuestCall {
  readonly abi: AbiLevel;
  /** What the call took. */
  readonly usage: Omit<GuestReport<unknown>, "outcome">;
  readonly result: { readonly kind: "verdict"; readonly verdict: Verdict } | GuestFailure;
}

/**
 * Compiles the module, links it with the functions of `host` and with WASI, and asks it for its verdict.
 *
 * @throws {WasmRuntimeError} the module was refused, or the runtime failed.
 * @throws the signal's reason, when it is aborted while the module compiles.
 */
export async function callGuest(
  runtime: Runtime,
  host: SandboxHost,
  request: EvaluationRequest,
  signal: AbortSignal,
): Promise<GuestCall> {
  const { maxMemoryBytes, deterministic } = request;
  const build = { maxMemoryBytes, deterministic };
  const module = await unlessAborted(runtime.compile(request.module, build), signal);
  await using instance = await runtime.instantiate(module, {
    registrars: [host],
    wasi: wasiFor(request),
    onWasiOutput: host.writeOutput,
    abi: request.abi,
    identity: request.identity,
    deadlineMs: request.timeoutMs,
    ...build,
    ...(request.fuel === null ? {} : { fuel: request.fuel }),
    maxMessageBytes: maxRequestBytes(request.policy.policy.limits),
    maxResultBytes: MAX_RESULT_BYTES,
    signal,
  });
  const { outcome, ...usage } = await ask(instance, request).finally(host.endOutput);
  const result = outcome.kind === "returned" ? { kind: "verdict" as const, verdict: outcome.value } : outcome;
  return { abi: instance.abi, usage, result };
}

async function ask(instance: Instance, request: EvaluationRequest): Promise<GuestReport<Verdict>> {
  const input = {
    agentData: request.submission,
    challengeId: request.identity.challengeId,
    params: request.params,
    taskDefinition: null,
    environmentConfig: null,
  };
  if (request.call === "evaluate") return instance.evaluate(input);
  const { outcome, ...report } = await instance.validate(input);
  if (outcome.kind !== "returned") return { ...report, outcome };
  const value = { valid: outcome.value, score: null, message: null, metrics: null, details: null };
  return { ...report, outcome: { kind: "returned", value } };
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
