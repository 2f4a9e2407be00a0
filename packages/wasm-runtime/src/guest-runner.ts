import type { AbiLevel, CallerIdentity, HostFunction } from "@assay/host-interface";
import { findEntryPoints } from "./entry-points.ts";
import { type CallEnd, type RawResult, runGuestCall } from "./guest-call.ts";
import { createHostCallRunner } from "./host-call-runner.ts";
import { type LinkResult, linkImports } from "./link.ts";
import type { GuestFailure } from "./outcome.ts";
import type { Executable, GuestCall, GuestSetup, PreparedModule } from "./protocol.ts";
import type { GuestThread } from "./thread.ts";
import type { ThreadPool } from "./thread-pool.ts";

/** A call as it went, its result not yet decoded. */
export interface RawReport {
  readonly result: RawResult;
  readonly memoryBytes: number;
  readonly fuelUsed: number | null;
  readonly durationMs: number;
}

/** One guest and the thread it lives on. The caller sees to it that there is one call at a time. */
export interface GuestRunner {
  /** Whether the guest lives on a thread, to be called again or disposed of. */
  readonly holdsThread: boolean;
  /** Makes a call; settles when the guest has ended, or waits for its next call, and no host function of it runs. */
  run(entry: GuestCall["entry"], input: Uint8Array, stop: AbortSignal): Promise<RawReport>;
  /** Gives the thread back. Not during a call. */
  dispose(): Promise<void>;
}

export interface GuestRunnerOptions {
  readonly prepared: PreparedModule;
  readonly hostFunctions: ReadonlyMap<string, HostFunction>;
  readonly abi: AbiLevel;
  readonly identity: CallerIdentity;
  readonly deadlineMs: number;
  readonly maxMessageBytes: number;
  readonly maxResultBytes: number;
  readonly fuel: number;
  readonly handlerGraceMs: number;
  readonly threadHeapMiB: number;
  readonly pool: ThreadPool;
}

/**
 * A guest's memory is freed when its thread's heap is next collected, or when the thread ends. Above this size another
 * thread costs less than the wait.
 */
const REUSE_THREAD_UP_TO_BYTES = 16 * 1024 * 1024;

export function createGuestRunner(options: GuestRunnerOptions): GuestRunner {
  const { prepared, abi, pool } = options;
  const link = linkImports(prepared.inspection, options.hostFunctions, abi);
  const functions = link.ok ? link.functions : [];
  const hostCalls = createHostCallRunner(functions, abi, options.identity);
  let thread: GuestThread | null = null;

  async function run(entry: GuestCall["entry"], input: Uint8Array, stop: AbortSignal): Promise<RawReport> {
    const plan = planCall(prepared, link, entry);
    if ("failure" in plan) return nothingRan(plan.failure);

    const setup = thread === null ? createSetup(plan.executable, functions, options.maxMessageBytes) : null;
    thread ??= await pool.acquire(stop);
    if (thread === null) return nothingRan({ kind: "cancelled" });
    if (setup !== null) thread.reset();
    thread.setBusy(true);

    const call: GuestCall = {
      entry,
      allocator: plan.allocator,
      input,
      maxResultBytes: options.maxResultBytes,
      fuel: options.fuel,
    };
    const startedAt = performance.now();
    const end = await runGuestCall({
      ...options,
      thread,
      request: { type: "call", setup, call },
      hostCalls,
      stop,
    });
    const durationMs = performance.now() - startedAt;
    const { memoryBytes } = thread;
    await settleAll([leaveThread(thread, end), hostCalls.finish(options.handlerGraceMs)]);
    if (end.by === "error") throw end.error;
    const result: RawResult = end.by === "guest" ? end.result : { kind: "failed", failure: end.failure };
    const fuelUsed = end.by === "guest" ? end.fuelUsed : null;
    return { result, memoryBytes, fuelUsed, durationMs };
  }

  /** A guest that returned keeps its thread; one that ended by itself gives it back; any other takes it with it. */
  async function leaveThread(current: GuestThread, end: CallEnd): Promise<void> {
    if (end.by === "guest" && end.result.kind !== "failed") return current.setBusy(false);
    thread = null;
    if (end.by === "guest" && end.usable) await giveBack(current);
    else await pool.retire(current);
  }

  async function giveBack(current: GuestThread): Promise<void> {
    if (current.memoryBytes > REUSE_THREAD_UP_TO_BYTES) return pool.retire(current);
    current.send({ type: "release" });
    return pool.release(current);
  }

  return {
    get holdsThread() {
      return thread !== null;
    },
    run,
    async dispose() {
      const current = thread;
      thread = null;
      if (current !== null) await giveBack(current);
    },
  };
}

type CallPlan =
  | {
      readonly executable: Executable;
      readonly allocator: GuestCall["allocator"];
    }
  | { readonly failure: GuestFailure };

/** Everything that can be refused before anything of the guest runs. */
function planCall(prepared: PreparedModule, link: LinkResult, entry: GuestCall["entry"]): CallPlan {
  if (prepared.exceeded !== null) return { failure: { kind: "out-of-memory", ...prepared.exceeded } };
  if (!link.ok) return { failure: link.failure };
  const entryPoints = findEntryPoints(prepared.inspection, entry);
  if (!entryPoints.ok) return { failure: entryPoints.failure };
  return { executable: prepared.executable, allocator: entryPoints.allocator };
}

function createSetup(
  executable: Executable,
  functions: readonly HostFunction[],
  maxMessageBytes: number,
): GuestSetup {
  const linked = functions.map(({ module, name, signature: { params, kind } }, index) => ({
    index,
    module,
    name,
    params,
    kind,
  }));
  return { executable, functions: linked, maxMessageBytes };
}

function nothingRan(failure: GuestFailure): RawReport {
  return { result: { kind: "failed", failure }, memoryBytes: 0, fuelUsed: 0, durationMs: 0 };
}

/** Waits for all, and only then fails with the first failure: nothing must go on unseen. */
async function settleAll(tasks: readonly Promise<void>[]): Promise<void> {
  for (const settled of await Promise.allSettled(tasks)) {
    if (settled.status === "rejected") throw settled.reason;
  }
}
