import type { AbiLevel, CallerIdentity, HostFunction } from "@assay/host-interface";
import { exportsInitializer, findEntryPoints } from "./entry-points.ts";
import { WasmRuntimeError } from "./errors.ts";
import { type CallEnd, type RawResult, runGuestCall } from "./guest-call.ts";
import { createHostCallRunner } from "./host-call-runner.ts";
import { type LinkResult, linkImports } from "./link.ts";
import type { GuestFailure } from "./outcome.ts";
import type { Executable, GuestCall, GuestSetup, PreparedModule } from "./protocol.ts";
import type { Admission, Scheduler } from "./scheduler.ts";
import type { Seat } from "./shard.ts";
import type { WasiConfig } from "./wasi-config.ts";
import { createWasiOutput, type WasiOutputListener } from "./wasi-output.ts";
import { PAGE_BYTES } from "./webassembly.ts";

/** A call as it went, its result not yet decoded. */
export interface RawReport {
  readonly result: RawResult;
  readonly memoryPeakBytes: number;
  readonly fuelUsed: number | null;
  readonly slices: number | null;
  readonly cpuTimeMs: number | null;
  readonly durationMs: number;
}

/** One guest and its place on a thread. The caller sees to it that there is one call at a time. */
export interface GuestRunner {
  /** Whether the guest has a place, to be called again or disposed of. */
  readonly seated: boolean;
  /** Makes a call; settles when the guest has ended, or waits for its next call, and no host function of it runs. */
  run(entry: GuestCall["entry"], input: Uint8Array, stop: AbortSignal): Promise<RawReport>;
  /** Gives the place back. Not during a call. */
  dispose(): Promise<void>;
}

export interface GuestRunnerOptions {
  readonly prepared: PreparedModule;
  readonly hostFunctions: ReadonlyMap<string, HostFunction>;
  readonly abi: AbiLevel;
  readonly identity: CallerIdentity;
  readonly priority: number;
  readonly deadlineMs: number;
  readonly maxMemoryBytes: number;
  readonly maxMessageBytes: number;
  readonly maxResultBytes: number;
  readonly wasi: WasiConfig | null;
  readonly onWasiOutput: WasiOutputListener | null;
  readonly fuel: number;
  readonly maxCpuTimeMs: number;
  readonly handlerGraceMs: number;
  readonly threadHeapMiB: number;
  readonly maxStallMs: number;
  /** Threads that guests share. */
  readonly scheduler: Scheduler;
  /** Threads for one guest each: those run here that lost their thread to another guest. They have their share already. */
  readonly aloneScheduler: Scheduler;
  /** Hears that the guest is gone, whose module may be needed no more. */
  readonly released: (prepared: PreparedModule) => void;
}

export function createGuestRunner(options: GuestRunnerOptions): GuestRunner {
  const { prepared, abi, maxResultBytes, fuel, maxCpuTimeMs, deadlineMs, threadHeapMiB, maxStallMs } =
    options;
  const limits = { threadHeapMiB, maxStallMs };
  const link = linkImports(prepared.inspection, options.hostFunctions, abi, { wasi: options.wasi !== null });
  const functions = link.ok ? link.functions : [];
  const hostCalls = createHostCallRunner(functions, abi, options.identity);
  const output = createWasiOutput(options.onWasiOutput);
  const admission = admissionOf(options);
  let seat: Seat | null = null;
  /** The place that it lost to another guest: it stands for the guest's share of the capacity, which it keeps. */
  let lostSeat: Seat | null = null;

  async function run(entry: GuestCall["entry"], input: Uint8Array, stop: AbortSignal): Promise<RawReport> {
    const plan = planCall(prepared, link, entry);
    if ("failure" in plan) return nothingRan(plan.failure);

    const { allocator, executable } = plan;
    const call = { entry, allocator, input, maxResultBytes, fuel, maxCpuTimeMs, deadlineMs };
    const isFirst = seat === null;
    const setup = isFirst ? createSetup(executable, link, options) : null;
    hostCalls.begin();
    output.begin();
    try {
      let attempt = await attemptOn(options.scheduler, setup, call, stop);
      if (attempt?.end.by === "others") {
        requireRepeatable(isFirst);
        hostCalls.repeat();
        output.repeat();
        lostSeat = seat;
        seat = null;
        attempt = await attemptOn(options.aloneScheduler, setup, call, stop);
      }
      if (attempt !== null) return report(attempt);
      await dispose();
      return nothingRan({ kind: "cancelled" });
    } finally {
      await hostCalls.finish(options.handlerGraceMs);
    }
  }

  /** @returns `null` when it was stopped before it had a place. */
  async function attemptOn(
    scheduler: Scheduler,
    setup: GuestSetup | null,
    call: GuestCall,
    stop: AbortSignal,
  ): Promise<Attempt | null> {
    seat ??= await scheduler.admit(admission, stop);
    if (seat === null) return null;
    const startedAt = performance.now();
    const request = { type: "call", setup, call } as const;
    const end = await runGuestCall({ ...limits, seat, request, hostCalls, output, stop });
    const durationMs = performance.now() - startedAt;
    // A guest that returned keeps its place, to be called again; one that is to be run again, its share.
    const goesOn = end.by === "others" || (end.by === "guest" && end.result.kind !== "failed");
    if (!goesOn) await dispose();
    return { end, durationMs };
  }

  function requireRepeatable(isFirst: boolean): void {
    if (isFirst && hostCalls.repeatable) return;
    const why = isFirst ? "it was given too many answers" : "it was called before";
    const detail = `another guest brought it down, and this one cannot be run again: ${why}`;
    throw new WasmRuntimeError({ code: "THREAD_FAILED", detail });
  }

  async function dispose(): Promise<void> {
    const places = [seat, lostSeat];
    seat = null;
    lostSeat = null;
    await Promise.all(places.map((place) => place?.leave()));
    if (places.some((place) => place !== null)) options.released(prepared);
  }

  return {
    get seated() {
      return seat !== null;
    },
    run,
    dispose,
  };
}

interface Attempt {
  readonly end: CallEnd;
  readonly durationMs: number;
}

function report({ end, durationMs }: Attempt): RawReport {
  switch (end.by) {
    case "guest": {
      const { fuelUsed, slices, cpuTimeMs, memoryBytes: memoryPeakBytes } = end.usage;
      return { result: end.result, memoryPeakBytes, fuelUsed, slices, cpuTimeMs, durationMs };
    }
    case "thread": {
      const unknown = { fuelUsed: null, slices: null, cpuTimeMs: null };
      const result = { kind: "failed", failure: end.failure } as const;
      return { result, memoryPeakBytes: end.memoryBytes, ...unknown, durationMs };
    }
    case "error":
      throw end.error;
    case "others":
      throw new WasmRuntimeError({ code: "THREAD_FAILED", detail: "a thread of one guest had another" });
  }
}

function admissionOf({ prepared, priority, maxMemoryBytes }: GuestRunnerOptions): Admission {
  const { sizeBytes, memory } = prepared.inspection;
  const declaredBytes = (memory?.maximum ?? Number.POSITIVE_INFINITY) * PAGE_BYTES;
  const memoryBytes = Math.min(declaredBytes, maxMemoryBytes);
  return { priority, moduleBytes: sizeBytes, memoryBytes, code: prepared.executable?.code ?? null };
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
  link: LinkResult,
  { prepared, wasi, maxMessageBytes }: GuestRunnerOptions,
): GuestSetup {
  const { functions, wasiFunctions } = link.ok ? link : { functions: [], wasiFunctions: [] };
  const linked = functions.map(({ module, name, signature: { params, kind } }, index) => ({
    index,
    module,
    name,
    // A copy: whatever else the registrar's own may be, it need not be something that can be posted.
    params: [...params],
    kind,
  }));
  const initialize = exportsInitializer(prepared.inspection);
  const wasiSetup = wasi === null ? null : { config: wasi, functions: wasiFunctions, initialize };
  return { executable, functions: linked, wasi: wasiSetup, maxMessageBytes };
}

function nothingRan(failure: GuestFailure): RawReport {
  const result = { kind: "failed", failure } as const;
  return { result, memoryPeakBytes: 0, fuelUsed: 0, slices: 0, cpuTimeMs: 0, durationMs: 0 };
}
