import { performance } from "node:perf_hooks";
import type { SliceSize } from "../defaults.ts";
import type { GuestPhase } from "../outcome.ts";
import type {
  GuestCall,
  GuestEnding,
  GuestMessage,
  GuestSetup,
  HostAnswer,
  HostCallReport,
  MachineCode,
} from "../protocol.ts";
import type { WasmMemory } from "../webassembly.ts";
import type { Channel } from "./channel.ts";
import { createHostCalls } from "./host-calls.ts";
import { type GuestInstance, instantiateGuest } from "./instantiate.ts";
import type { MemoryLimits, MemoryPool } from "./memory-pool.ts";
import { createMetering } from "./metering.ts";
import { createOutputBuffer } from "./output-buffer.ts";
import type { RunQueue } from "./run-queue.ts";
import { createSlices } from "./slices.ts";
import { failed, type GuestState } from "./state.ts";
import { createTurns } from "./turns.ts";
import { createWasi } from "./wasi/create-wasi.ts";

/** One guest of this thread. */
export interface Guest {
  /** What the engine has of its module. */
  readonly code: MachineCode;
  /** Starts a call, when it is the guest's turn; the channel hears how it ends. One at a time. */
  call(call: GuestCall): void;
  /** Takes the answer to a host call. */
  answer(answer: HostAnswer): void;
  /** Ends the call in progress, if any, wherever the guest waits. */
  stop(): void;
  /** Nobody will call the guest again. @returns how much memory it leaves to be collected. */
  release(): number;
}

export interface GuestOptions {
  readonly number: number;
  readonly setup: GuestSetup;
  readonly queue: RunQueue;
  readonly channel: Channel;
  readonly slice: SliceSize;
  readonly memories: MemoryPool;
  /** Makes an error that guests cannot catch. */
  readonly createTrap: () => unknown;
}

export function createGuest({
  number,
  setup,
  queue,
  channel,
  slice,
  memories,
  createTrap,
}: GuestOptions): Guest {
  const state: GuestState = { memory: null, phase: "start", call: null, ending: null };
  const slices = createSlices(slice);
  let instance: GuestInstance | null = null;
  let deadlineAtMs = 0;
  let ownMemory: WasmMemory | null = null;

  const turns = createTurns(queue, {
    enter() {
      channel.running(number, state);
      slices.begin(metering.fuelUsed());
    },
    leave() {
      slices.end(metering.fuelUsed());
      output.flush();
      channel.idle();
    },
  });
  const metering = createMetering(setup.executable, {
    sliceFuel: slices.fuel,
    sliceEnded,
    budgetEnded: () => end(exhausted()),
  });
  const output = createOutputBuffer((stream, bytes) => {
    channel.report(number, { type: "output", stream, bytes }, [bytes.buffer]);
  });
  const wasi =
    setup.wasi === null
      ? null
      : createWasi(setup.wasi.config, {
          memory: () => state.memory,
          fuelUsed: metering.fuelUsed,
          charge: metering.charge,
          output: output.add,
          exit,
        });
  const hostCalls = createHostCalls({
    state,
    fuelUsed: metering.fuelUsed,
    post: reportHostCall,
    sleep: turns.sleep,
    wake: turns.wake,
    end,
  });

  function sliceEnded(): Promise<void> {
    const goesOn = slices.renew(metering.fuelUsed());
    const passed = passedLimit();
    if (passed !== null) return end(passed);
    return goesOn ? Promise.resolve() : turns.yield();
  }

  function passedLimit(): GuestEnding | null {
    const { phase, call } = state;
    if (call === null) return null;
    const { deadlineMs, maxCpuTimeMs } = call;
    if (performance.now() >= deadlineAtMs) return failed({ kind: "deadline", phase, deadlineMs });
    if (slices.cpuTimeMs > maxCpuTimeMs) return failed({ kind: "out-of-cpu-time", phase, maxCpuTimeMs });
    return null;
  }

  function exit(exitCode: number): never {
    state.ending ??= failed({ kind: "exited", phase: state.phase, exitCode });
    throw createTrap();
  }

  function exhausted(): GuestEnding {
    return failed({ kind: "out-of-fuel", phase: state.phase, fuel: state.call?.fuel ?? 0 });
  }

  /** Ends the call of the guest whose turn it is. */
  function end(ending: GuestEnding): Promise<never> {
    state.ending ??= ending;
    return Promise.reject(createTrap());
  }

  /** Ends the call of a guest that waits. */
  function stopWith(ending: GuestEnding): void {
    state.ending ??= ending;
    turns.stop(createTrap());
  }

  function enterPhase(phase: GuestPhase): void {
    state.phase = phase;
    channel.running(number, state);
  }

  function takeMemory(limits: MemoryLimits): WasmMemory {
    ownMemory = memories.take(limits);
    return ownMemory;
  }

  function reportHostCall(call: HostCallReport): void {
    const copies = call.arguments.flatMap((arg) =>
      typeof arg === "object" && "bytes" in arg ? [arg.bytes.buffer as ArrayBuffer] : [],
    );
    // What was written before the call is heard before it.
    output.flush();
    channel.report(number, { type: "host-call", call }, copies);
  }

  async function run(call: GuestCall): Promise<GuestEnding> {
    try {
      await turns.begin();
      instance ??= instantiateGuest({ setup, state, metering, hostCalls, wasi, enterPhase, takeMemory });
      if ("ending" in instance) return instance.ending;
      return await instance.call(call);
    } catch (thrown) {
      // A guest's own traps are endings already; this is a call that was stopped before it began, or a fault of ours.
      return { kind: "thread-failed", detail: thrown instanceof Error ? thrown.message : "unknown" };
    }
  }

  async function callAndReport(call: GuestCall): Promise<void> {
    const ending = await run(call);
    turns.finish();
    state.call = null;
    const { count, cpuTimeMs } = slices;
    const usage = { fuelUsed: metering.fuelUsed(), slices: count, cpuTimeMs, memoryBytes: memoryBytes() };
    const report: GuestMessage = { type: "ended", ending: state.ending ?? ending, usage };
    channel.report(number, report, ending.kind === "bytes" ? [ending.bytes.buffer as ArrayBuffer] : []);
  }

  function memoryBytes(): number {
    return state.memory?.buffer.byteLength ?? 0;
  }

  return {
    code: setup.executable.code,
    call(call) {
      deadlineAtMs = performance.now() + call.deadlineMs;
      state.call = call;
      state.ending = null;
      slices.reset();
      metering.grant(call.fuel);
      void callAndReport(call);
    },
    answer: hostCalls.answer,
    stop() {
      if (state.call !== null) stopWith({ kind: "stopped", phase: state.phase });
    },
    release() {
      const { memoryImport } = setup.executable.names;
      const left = ownMemory;
      ownMemory = null;
      if (left === null || memoryImport === null || state.call !== null) return memoryBytes();
      return memories.give(left, memoryImport) ? 0 : memoryBytes();
    },
  };
}
