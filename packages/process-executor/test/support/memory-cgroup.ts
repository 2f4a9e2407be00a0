import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A cgroup that bounds the memory of the processes in it. */
export interface MemoryCgroup extends Disposable {
  /** Writing a process id here moves that process in. */
  readonly procsPath: string;
}

/** Makes one, in version 2 or 1 of the interface, as root. Disposed of once its processes are gone. */
export function makeMemoryCgroup(limitBytes: number): MemoryCgroup {
  const layouts = [
    { root: "/sys/fs/cgroup", limitFile: "memory.max" },
    { root: "/sys/fs/cgroup/memory", limitFile: "memory.limit_in_bytes" },
  ];
  for (const { root, limitFile } of layouts) {
    const path = join(root, `assay-test-${process.pid}`);
    if (!existsSync(root)) continue;
    mkdirSync(path);
    if (existsSync(join(path, limitFile))) {
      writeFileSync(join(path, limitFile), String(limitBytes));
      return { procsPath: join(path, "cgroup.procs"), [Symbol.dispose]: () => rmdirSync(path) };
    }
    rmdirSync(path);
  }
  throw new Error("this test needs root and a memory controller of cgroups, version 1 or 2");
}
