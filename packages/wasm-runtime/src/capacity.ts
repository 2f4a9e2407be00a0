import type { MachineCode } from "./protocol.ts";

/** What one guest takes of it. */
export interface Share {
  /** What its memory may grow to. */
  readonly memoryBytes: number;
  /** `null` for what runs no module. */
  readonly code: MachineCode | null;
}

/** What all guests of a runtime, and of the process, share. */
export interface Capacity {
  /** Whether there is room for one more guest. */
  fits(share: Share): boolean;
  take(share: Share): void;
  give(share: Share): void;
  /** Calls `freed` whenever there may be room again, until the returned function is called. */
  onFreed(freed: () => void): () => void;
}

/**
 * How many guests may be in a process at a time, whatever runtimes they belong to. Each has a stack of its own, and the
 * engine aborts the process when it cannot map another: at about 13 000 with the kernel's default of 65 530 maps.
 */
export const MAX_GUESTS_PER_PROCESS = 2_000;

/**
 * How much machine code the modules of all guests of a process may become, by their estimates, each module counted once;
 * further guests wait. The engine aborts the process at 4 GiB: what is left is for the code of modules that are cached or not
 * collected yet, and for the second version that the optimising compiler makes of what runs often.
 */
export const MAX_MACHINE_CODE_BYTES_PER_PROCESS = 1.5 * 1024 * 1024 * 1024;

/** The one thing that this package keeps outside of any runtime, because the engine's limits are the process's. */
const inProcess = {
  guests: 0,
  /** How many guests each module has. */
  modules: new Map<string, number>(),
  machineCodeBytes: 0,
  listeners: new Set<() => void>(),
};

/** Whether there is room for the code of a module, if it is not there already. One module is always let in. */
function codeFits(code: MachineCode | null): boolean {
  if (code === null || inProcess.modules.size === 0 || inProcess.modules.has(code.key)) return true;
  return inProcess.machineCodeBytes + code.bytes <= MAX_MACHINE_CODE_BYTES_PER_PROCESS;
}

function takeCode({ key, bytes }: MachineCode): void {
  const guests = inProcess.modules.get(key) ?? 0;
  inProcess.modules.set(key, guests + 1);
  if (guests === 0) inProcess.machineCodeBytes += bytes;
}

function giveCode({ key, bytes }: MachineCode): void {
  const guests = inProcess.modules.get(key) ?? 0;
  if (guests > 1) {
    inProcess.modules.set(key, guests - 1);
    return;
  }
  inProcess.modules.delete(key);
  inProcess.machineCodeBytes -= bytes;
}

/**
 * @param maxTotalMemoryBytes - what the memories of a runtime's guests may be together, if all grew as far as they may. A
 *   guest that is alone is let in whatever it may have.
 */
export function createCapacity(maxTotalMemoryBytes: number): Capacity {
  let guests = 0;
  let reservedBytes = 0;

  return {
    fits({ memoryBytes, code }) {
      if (inProcess.guests >= MAX_GUESTS_PER_PROCESS || !codeFits(code)) return false;
      return guests === 0 || reservedBytes + memoryBytes <= maxTotalMemoryBytes;
    },
    take({ memoryBytes, code }) {
      if (code !== null) takeCode(code);
      inProcess.guests += 1;
      guests += 1;
      reservedBytes += memoryBytes;
    },
    give({ memoryBytes, code }) {
      if (code !== null) giveCode(code);
      inProcess.guests -= 1;
      guests -= 1;
      reservedBytes -= memoryBytes;
      const [first] = inProcess.listeners;
      for (const freed of [...inProcess.listeners]) freed();
      // Another one is asked first the next time, or the others would get what it leaves.
      if (first !== undefined && inProcess.listeners.delete(first)) inProcess.listeners.add(first);
    },
    onFreed(freed) {
      inProcess.listeners.add(freed);
      return () => inProcess.listeners.delete(freed);
    },
  };
}
