import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** A word that no other process on this machine has in its arguments. */
export function uniqueMarker(): string {
  return `validator-marker-${process.pid}-${Math.random().toString(36).slice(2)}`;
}

/** The host's process ids of everything that has the marker among its arguments, zombies excluded. */
export function processesWith(marker: string): readonly number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && argumentsOf(pid).includes(marker));
}

/** The names of a process's threads; none when it is gone. */
export function threadsOf(pid: number | undefined): readonly string[] {
  try {
    const tasks = `/proc/${pid}/task`;
    return readdirSync(tasks).map((thread) => readFileSync(`${tasks}/${thread}/comm`, "utf8").trimEnd());
  } catch {
    return [];
  }
}

/** Waits for a condition that another process brings about; fails when it does not come true. */
export async function until(condition: () => boolean, what: string, withinMs = 15_000): Promise<void> {
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
