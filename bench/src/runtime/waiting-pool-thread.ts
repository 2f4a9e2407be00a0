import { parentPort, workerData } from "node:worker_threads";
import { callPlain, compilePlain } from "./plain-instance.ts";

// The entry point of a thread of `waiting-pool.ts`.

const {
  control,
  module,
  calls,
}: { control: Int32Array<SharedArrayBuffer>; module: Uint8Array; calls: number } = workerData;
const compiled = compilePlain(module);

function answer(): bigint {
  const before = Atomics.load(control, 0);
  parentPort?.postMessage("ask");
  Atomics.wait(control, 0, before);
  return 1n;
}

parentPort?.on("message", () => {
  const score = callPlain(compiled, [calls], { "extism:host/user": { answer } });
  if (score !== BigInt(calls)) throw new Error(`a guest returned ${score}`);
  parentPort?.postMessage("done");
});
