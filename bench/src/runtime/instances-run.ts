import { createRuntime } from "@assay/wasm-runtime";
import { evaluateExpecting, readGuest, SMALL_MEMORY } from "./guests.ts";
import { createGuestsHere, prepareExecutable } from "./in-thread.ts";
import { callPlain, callPlainSuspendable, compilePlain } from "./plain-instance.ts";

// Guests that do nothing, in one of several ways. Run by `instances.ts`.

export interface InstancesRun {
  readonly microseconds: number;
  /** Of all threads of the process: what a machine does besides is not in it. */
  readonly cpuMicroseconds: number;
}

/** How many guests are there at the same time, where there can be more than one. */
const AT_A_TIME = 200;
const WARM_UP_BATCHES = 20;

const [way = "", count] = process.argv.slice(2);
const batches = Number(count) / AT_A_TIME;
const bytes = readGuest("short");
const work = { numbers: [7], score: 7 };

/** Makes what runs a batch of guests. */
const WAYS: Readonly<Record<string, () => Promise<() => Promise<unknown>>>> = {
  async plain() {
    const module = compilePlain(bytes);
    return async () => {
      for (let guest = 0; guest < AT_A_TIME; guest += 1) expectScore(callPlain(module, work.numbers));
    };
  },
  async suspendable() {
    const module = compilePlain(bytes);
    return atOnce(async () => expectScore(await callPlainSuspendable(module, work.numbers)));
  },
  async thread() {
    const executable = prepareExecutable(bytes);
    const here = createGuestsHere();
    return atOnce(async () => {
      const { ending } = await here.callOnce(executable, work.numbers);
      if (ending.kind !== "bytes") throw new Error(`a guest ended as ${ending.kind}`);
    });
  },
  async assay() {
    const runtime = createRuntime({ maxThreads: 1, guestsPerThread: AT_A_TIME });
    const module = await runtime.compile(bytes, SMALL_MEMORY);
    return atOnce(() => evaluateExpecting(runtime, module, work));
  },
};

function atOnce(call: () => Promise<unknown>): () => Promise<unknown> {
  return () => Promise.all(Array.from({ length: AT_A_TIME }, call));
}

function expectScore(score: bigint): void {
  if (score !== BigInt(work.score)) throw new Error(`a guest returned ${score}`);
}

const prepare = WAYS[way];
if (prepare === undefined) throw new Error(`no such way: ${way}`);
const runBatch = await prepare();
for (let batch = 0; batch < WARM_UP_BATCHES; batch += 1) await runBatch();
const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
for (let batch = 0; batch < batches; batch += 1) await runBatch();
const microseconds = ((performance.now() - startedAt) * 1000) / (batches * AT_A_TIME);
const { user, system } = process.cpuUsage(cpuBefore);
const run: InstancesRun = { microseconds, cpuMicroseconds: (user + system) / (batches * AT_A_TIME) };
console.log(JSON.stringify(run));
process.exit();
