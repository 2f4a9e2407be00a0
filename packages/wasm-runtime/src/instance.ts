import {
  type AbiLevel,
  BincodeError,
  collectHostFunctions,
  decodeEvaluationOutput,
  type EvaluationInput,
  type EvaluationOutput,
  encodeEvaluationInput,
  resolveAbiLevel,
} from "@assay/host-interface";
import type { ResolvedInstanceConfig } from "./config.ts";
import { WasmRuntimeError } from "./errors.ts";
import type { RawResult } from "./guest-call.ts";
import { createGuestRunner, type RawReport } from "./guest-runner.ts";
import type { GuestFailure, GuestOutcome, GuestReport } from "./outcome.ts";
import type { GuestCall, PreparedModule } from "./protocol.ts";
import { FUEL_VERSION } from "./rewrite/costs.ts";
import type { Scheduler } from "./scheduler.ts";

/**
 * One guest. Nothing of it runs before the first call: its start function is part of that call, under its deadline. Its
 * memory lives on from call to call, and so does the place on a thread that its first call takes, until it ends or is
 * closed. Only a running call keeps the process alive.
 */
export interface Instance {
  /** The level of the guest contract that is spoken with this guest. */
  readonly abi: AbiLevel;
  /**
   * Evaluates a submission. Settles when the guest has ended or waits for its next call, and no host function of it runs.
   *
   * @returns what the guest did. A trap, a passed deadline or a missing import is an outcome, not an error; after any
   *   outcome but `returned` the instance cannot be called again.
   * @throws {WasmRuntimeError} `CALL_IN_PROGRESS`, `INSTANCE_ENDED`, `INSTANCE_CLOSED`, `RUNTIME_CLOSED`: nothing ran.
   *   `QUEUE_FULL`: nothing ran either, but the instance cannot be called again.
   *   `HANDLER_NOT_SETTLED`: a host function went on for too long after its guest had ended. `THREAD_FAILED`,
   *   `THREAD_NOT_ENDED`, `MEMORY_UNAVAILABLE`: we failed, and the guest is gone.
   * @throws {HostInterfaceError} `VALUE_NOT_ENCODABLE`: the input cannot be encoded; nothing ran.
   */
  evaluate(input: EvaluationInput): Promise<GuestReport<EvaluationOutput>>;
  /** Asks the guest whether a submission is well-formed; everything else is as for `evaluate`. */
  validate(input: EvaluationInput): Promise<GuestReport<boolean>>;
  /** Ends a running call as `cancelled`, waits for it, and gives the place on its thread back. May be called any number of times. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface InstanceOptions {
  readonly prepared: PreparedModule;
  readonly config: ResolvedInstanceConfig;
  readonly scheduler: Scheduler;
  readonly aloneScheduler: Scheduler;
  /** Hears that the guest is gone. */
  readonly released: (prepared: PreparedModule) => void;
  readonly handlerGraceMs: number;
  readonly threadHeapMiB: number;
  readonly maxStallMs: number;
  /** The instances that run or hold a place on a thread: those that a closing runtime has to close. */
  readonly active: Set<Instance>;
}

/** @throws {HostInterfaceError} `DUPLICATE_HOST_FUNCTION` or `INVALID_HOST_FUNCTION`. */
export function createInstance({ config, active, ...options }: InstanceOptions): Instance {
  const exportNames = options.prepared.inspection.exports.map(({ name }) => name);
  const abi = resolveAbiLevel(config.abi, exportNames);
  const hostFunctions = collectHostFunctions(config.registrars);
  const runner = createGuestRunner({ ...options, ...config, abi, hostFunctions });
  const stop = new AbortController();
  let running: Promise<unknown> | null = null;
  let ended: GuestFailure["kind"] | "error" | null = null;
  let closed = false;

  async function call<T>(
    entry: GuestCall["entry"],
    input: EvaluationInput,
    read: (result: RawResult) => GuestOutcome<T>,
  ): Promise<GuestReport<T>> {
    if (closed) throw new WasmRuntimeError({ code: "INSTANCE_CLOSED" });
    if (ended !== null) throw new WasmRuntimeError({ code: "INSTANCE_ENDED", outcome: ended });
    // The engine would let a second call into a guest whose first one is suspended, on the same memory.
    if (running !== null) throw new WasmRuntimeError({ code: "CALL_IN_PROGRESS" });
    const current = runToReport(entry, encodeEvaluationInput(input), read);
    running = current;
    active.add(instance);
    try {
      return await current;
    } finally {
      running = null;
      if (!runner.seated) active.delete(instance);
    }
  }

  async function runToReport<T>(
    entry: GuestCall["entry"],
    input: Uint8Array,
    read: (result: RawResult) => GuestOutcome<T>,
  ): Promise<GuestReport<T>> {
    try {
      const { result, ...measured } = await runWithSignal(entry, input);
      const outcome = read(result);
      if (outcome.kind !== "returned") ended = outcome.kind;
      return { outcome, ...measured, fuelVersion: FUEL_VERSION };
    } catch (error) {
      ended = "error";
      throw error;
    } finally {
      if (ended !== null) await runner.dispose();
    }
  }

  async function runWithSignal(entry: GuestCall["entry"], input: Uint8Array): Promise<RawReport> {
    const { signal } = config;
    const cancel = () => stop.abort();
    if (signal?.aborted) cancel();
    signal?.addEventListener("abort", cancel);
    try {
      return await runner.run(entry, input, stop.signal);
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
  }

  async function close(): Promise<void> {
    closed = true;
    if (running !== null) {
      stop.abort();
      await running.catch(() => {});
    }
    await runner.dispose();
    active.delete(instance);
  }

  const instance: Instance = {
    abi,
    evaluate: (input) => call("evaluate", input, (result) => readVerdict(result, abi, config.maxResultBytes)),
    validate: (input) => call("validate", input, readFlag),
    close,
    [Symbol.asyncDispose]: close,
  };
  return instance;
}

function readVerdict(
  result: RawResult,
  abi: AbiLevel,
  maxMessageBytes: number,
): GuestOutcome<EvaluationOutput> {
  if (result.kind === "failed") return result.failure;
  const bytes = result.kind === "bytes" ? result.bytes : new Uint8Array();
  try {
    return { kind: "returned", value: decodeEvaluationOutput(abi, bytes, { maxMessageBytes }) };
  } catch (error) {
    if (!(error instanceof BincodeError)) throw error;
    return { kind: "bad-result", reason: "undecodable", message: error.message };
  }
}

function readFlag(result: RawResult): GuestOutcome<boolean> {
  if (result.kind === "failed") return result.failure;
  return { kind: "returned", value: result.kind === "flag" && result.flag };
}
