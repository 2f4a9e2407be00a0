import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** What is alive on this thread's heap, in bytes. */
export function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  const collectGarbage: unknown = runInNewContext("gc");
  if (typeof collectGarbage === "function") collectGarbage();
  return process.memoryUsage().heapUsed;
}
