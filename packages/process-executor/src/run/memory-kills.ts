import { readFileSync } from "node:fs";

/**
 * How many processes the kernel has killed for memory since the machine started, or 0 where it does not say.
 * @see Documentation/admin-guide/sysctl/vm.rst; `oom_kill` in /proc/vmstat counts kills of every memory cgroup.
 */
export function memoryKillCount(): number {
  try {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync("/proc/vmstat", "latin1"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
