import { readdirSync, readlinkSync } from "node:fs";

/** The PID namespace of a process, as the kernel names it (`pid:[4026531836]`), or `null` when it is gone or not ours to look at. */
export function pidNamespaceOf(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return null;
  }
}

/** The host's process ids of everything in a PID namespace. */
export function processesInNamespace(namespace: string): readonly number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && pidNamespaceOf(pid) === namespace);
}
