import { DEFAULT_INSTANCE_CONFIG, DEFAULT_MODULE_LIMITS, DEFAULT_RUNTIME_CONFIG } from "@assay/wasm-runtime";
import { createTrapMaker } from "../../../packages/wasm-runtime/src/guest/engine-trap.ts";
import { createGuest } from "../../../packages/wasm-runtime/src/guest/guest.ts";
import { createMemoryPool } from "../../../packages/wasm-runtime/src/guest/memory-pool.ts";
import { prepareModule } from "../../../packages/wasm-runtime/src/guest/prepare-module.ts";
import { createRunQueue } from "../../../packages/wasm-runtime/src/guest/run-queue.ts";
import type { Executable, GuestMessage } from "../../../packages/wasm-runtime/src/protocol.ts";
import { encodedInputOf, SMALL_MEMORY } from "./guests.ts";

// What a guests' thread does for its guests, in this thread: without messages, so that it can be measured by itself.

type Ended = Extract<GuestMessage, { type: "ended" }>;

export function prepareExecutable(bytes: Uint8Array): Executable {
  const build = { ...DEFAULT_INSTANCE_CONFIG, ...SMALL_MEMORY };
  const result = prepareModule({
    kind: "module",
    bytes,
    limits: DEFAULT_MODULE_LIMITS,
    build,
    key: "bench",
    keep: false,
  });
  if (!result.ok || result.prepared.executable === null) throw new Error(JSON.stringify(result));
  return result.prepared.executable;
}

/** Runs guests without host functions. */
export interface GuestsHere {
  /** Instantiates a guest, calls it once and forgets it. */
  callOnce(executable: Executable, numbers: readonly number[]): Promise<Ended>;
}

export function createGuestsHere(): GuestsHere {
  const queue = createRunQueue();
  const memories = createMemoryPool();
  const createTrap = createTrapMaker();
  const { slice } = DEFAULT_RUNTIME_CONFIG;
  const { fuel, maxCpuTimeMs, deadlineMs, maxResultBytes, maxMessageBytes } = DEFAULT_INSTANCE_CONFIG;
  let last = 0;
  const waiting = new Map<number, (ended: Ended) => void>();
  const channel = {
    ready() {},
    running() {},
    idle() {},
    report(number: number, report: GuestMessage) {
      if (report.type !== "ended") throw new Error(`a guest reported ${report.type}`);
      waiting.get(number)?.(report);
      waiting.delete(number);
    },
  };

  return {
    async callOnce(executable, numbers) {
      last += 1;
      const number = last;
      const { promise, resolve } = Promise.withResolvers<Ended>();
      waiting.set(number, resolve);
      const setup = { executable, functions: [], wasi: null, maxMessageBytes };
      const guest = createGuest({ number, setup, queue, channel, slice, memories, createTrap });
      const input = encodedInputOf(...numbers);
      const limits = { fuel, maxCpuTimeMs, deadlineMs, maxResultBytes };
      guest.call({ entry: "evaluate", allocator: "allocate", input, ...limits });
      return promise.finally(() => guest.release());
    },
  };
}
