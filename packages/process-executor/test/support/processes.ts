import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** A word that no other process on this machine has in its arguments. */
export function uniqueMarker(): string {
  return `assay-marker-${process.pid}-${Math.random().toString(36).slice(2)}`;
}

/** The host's process ids of everything that has the marker among its arguments, zombies excluded. */
export function processesWith(marker: string): readonly number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && argumentsOf(pid).includes(marker));
}

/** Children of a process that ended and that it did not reap. */
export function zombieChildrenOf(parent: number): readonly number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && isZombieOf(pid, parent));
}

/** Ends everything that has the marker, for the positive controls: a process that forks meanwhile is met again. */
export async function endAllWith(marker: string): Promise<void> {
  await until(() => {
    const found = processesWith(marker);
    for (const pid of found) endIfThere(pid);
    return found.length === 0;
  }, `no process has ${marker} among its arguments`);
}

function endIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended in between.
  }
}

export function openDescriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

/** Waits for a condition that another process brings about; fails when it does not come true. */
export async function until(condition: () => boolean, what: string, withinMs = 10_000): Promise<void> {
  const giveUpAt = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > giveUpAt) throw new Error(`never happened: ${what}`);
    await delay(5);
  }
}

function argumentsOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1");
  } catch {
    return "";
  }
}

function isZombieOf(pid: number, parent: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const [state, ppid] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state === "Z" && Number(ppid) === parent;
  } catch {
    return false;
  }
}
