import { scatterToGuest } from "../guest-memory.ts";
import type { WasiHandlers, WasiHooks } from "./context.ts";
import { ERRNO } from "./errno.ts";
import { u64Bytes } from "./records.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** The clocks of WASI by their number. */
export const CLOCK_ID = { realtime: 0, monotonic: 1, processCpuTime: 2, threadCpuTime: 3 } as const;

/** All clocks show whole nanoseconds. */
const RESOLUTION_NS = 1n;

export function createClockHandlers(
  clock: VirtualClock,
  { memory }: WasiHooks,
): Pick<WasiHandlers, "clock_res_get" | "clock_time_get" | "sched_yield"> {
  const read = new Map<number, () => bigint>([
    [CLOCK_ID.realtime, clock.realtimeNs],
    [CLOCK_ID.monotonic, clock.monotonicNs],
    [CLOCK_ID.processCpuTime, clock.cpuNs],
    [CLOCK_ID.threadCpuTime, clock.cpuNs],
  ]);
  const answer = (pointer: number, value: bigint) =>
    scatterToGuest(memory(), [{ pointer, bytes: u64Bytes(value) }]) ? ERRNO.success : ERRNO.fault;
  return {
    clock_res_get: (clockId, resolution) =>
      read.has(clockId) ? answer(resolution, RESOLUTION_NS) : ERRNO.inval,
    clock_time_get(clockId, _precision, time) {
      const now = read.get(clockId);
      return now === undefined ? ERRNO.inval : answer(time, now());
    },
    sched_yield: () => ERRNO.success,
  };
}
