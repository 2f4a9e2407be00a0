import { setTimeout as delay } from "node:timers/promises";
import { type CompiledModule, createRuntime, type GuestReport, type Runtime } from "@assay/wasm-runtime";
import { type Figure, printFigures } from "./figures.ts";
import { answering, evaluateExpecting, inputOf, readGuest, SMALL_MEMORY } from "./guests.ts";
import { callPlain, compilePlain } from "./plain-instance.ts";
import { jainIndex, median, quantile } from "./statistics.ts";

const GUESTS = 100;
const GUEST_MS = 50;
const KERNELS = ["sha256", "quicksort", "nbody", "sieve"];
/** Each round is several times a hundred guests of 50 ms, so a few of them say much. */
const ROUNDS_PER_RUN = 20;
const CALIBRATION_RUNS = 5;
const TIMES_WHILE_BUSY = 20;
const MIN_TIMER_MS = 5;
const DEADLINE_MS = 600_000;

/** A guest, and how large its work is. */
interface Work {
  readonly plain: object;
  readonly module: CompiledModule;
  readonly size: number;
  readonly score: number;
}

/** Guests that compute, a hundred of them on one thread: what sharing it costs them, and how evenly they share. */
export async function benchSharing(rounds: number): Promise<void> {
  await using runtime = createRuntime({ maxThreads: 1, guestsPerThread: 2 * GUESTS });
  const work = await prepareWork(runtime);
  const totals = { plain: [] as Took[], inTurn: [] as Took[], shared: [] as Took[] };
  const fairness = { progress: [] as number[], cpuTime: [] as number[] };
  const n = Math.ceil(rounds / ROUNDS_PER_RUN);
  // All fuel that a guest needs; the same every time.
  const fuel = (await runShared(runtime, work)).map(({ fuelUsed }) => fuelUsed ?? Number.NaN);
  const idleLagMs: number[] = [];
  const busy = { lagMs: [] as number[], cancelMs: [] as number[], answerMs: [] as number[] };

  for (let round = 0; round < n; round += 1) {
    totals.plain.push(await timed(async () => runPlain(work)));
    totals.inTurn.push(await timed(() => runInTurn(runtime, work)));
    const shared = await timed(() => runShared(runtime, work));
    totals.shared.push(shared);
    const stopped = await whileBusy(runtime, work, () => delay(shared.ms / 2));
    fairness.progress.push(
      jainIndex(stopped.map(({ fuelUsed }, index) => (fuelUsed ?? 0) / (fuel[index] ?? 0))),
    );
    fairness.cpuTime.push(jainIndex(stopped.map(({ cpuTimeMs }) => cpuTimeMs ?? 0)));
    idleLagMs.push(...(await timerLags()));
    const { lagMs, cancelMs, answerMs } = await observeBusyThread(runtime, work);
    busy.lagMs.push(...lagMs);
    busy.cancelMs.push(...cancelMs);
    busy.answerMs.push(...answerMs);
  }

  const ratio = (times: readonly Took[], by: keyof Took) =>
    median(times.map((time, round) => time[by] / (totals.plain[round]?.[by] ?? Number.NaN)));
  const target = { atMost: 1.12 };
  const figures: readonly Figure[] = [
    {
      name: "plain, one after another, this thread",
      n,
      value: median(totals.plain.map(({ ms }) => ms)),
      unit: "ms",
    },
    { name: "assay, one after another", n, value: ratio(totals.inTurn, "ms"), unit: "× plain" },
    { name: "  by processor time", n, value: ratio(totals.inTurn, "cpuMs"), unit: "× plain" },
    { name: "assay, all at once", n, value: ratio(totals.shared, "ms"), unit: "× plain", target },
    { name: "  by processor time", n, value: ratio(totals.shared, "cpuMs"), unit: "× plain" },
    {
      name: "Jain's index at half time, of the share of its work that each has done",
      n,
      value: median(fairness.progress),
      unit: "",
    },
    {
      name: "  of the time that each was given",
      n,
      value: median(fairness.cpuTime),
      unit: "",
      target: { atLeast: 0.95 },
    },
    lateness("until a guest of the busy thread is cancelled", busy.cancelMs, { atMost: 2 }),
    lateness("until a timer of the calling thread runs", busy.lagMs, { atMost: 2 }),
    lateness("  while nothing runs", idleLagMs),
    lateness("until a host call's answer reaches its guest", busy.answerMs),
  ];
  printFigures(
    `${GUESTS} guests of ${GUEST_MS} ms (${KERNELS.join(", ")}) on one thread, medians, interleaved`,
    figures,
  );
}

function lateness(name: string, times: readonly number[], target?: { readonly atMost: number }): Figure {
  const figure = { name: `${name}, p95`, n: times.length, value: quantile(times, 0.95), unit: "ms" };
  return target === undefined ? figure : { ...figure, target };
}

async function prepareWork(runtime: Runtime): Promise<readonly Work[]> {
  const kinds = await Promise.all(
    KERNELS.map(async (name) => {
      const plain = compilePlain(readGuest(name));
      const module = await runtime.compile(readGuest(name), SMALL_MEMORY);
      const size = sizeFor(plain);
      const score = Number(callPlain(plain, [size]));
      // The engine optimises what has run for a while; nobody is measured before that.
      await evaluateExpecting(runtime, module, { numbers: [size], score });
      return { plain, module, size, score };
    }),
  );
  return Array.from({ length: GUESTS / KERNELS.length }, () => kinds).flat();
}

/** The size with which a guest takes its time when nothing meters it, by the fastest of several runs. */
function sizeFor(plain: object): number {
  let size = 1;
  while (fastestMs(plain, size) < GUEST_MS / 2) size *= 2;
  return Math.round((size * GUEST_MS) / fastestMs(plain, size));
}

function fastestMs(plain: object, size: number): number {
  const times = Array.from({ length: CALIBRATION_RUNS }, () => {
    const startedAt = performance.now();
    callPlain(plain, [size]);
    return performance.now() - startedAt;
  });
  return Math.min(...times);
}

interface Took {
  readonly ms: number;
  /** Of all threads of the process: what a machine does besides is not in it. */
  readonly cpuMs: number;
}

async function timed(run: () => Promise<unknown>): Promise<Took> {
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  await run();
  const ms = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { ms, cpuMs: (user + system) / 1000 };
}

function runPlain(work: readonly Work[]): void {
  for (const { plain, size, score } of work) {
    if (callPlain(plain, [size]) !== BigInt(score)) throw new Error("a plain guest returned something else");
  }
}

async function runInTurn(runtime: Runtime, work: readonly Work[]): Promise<void> {
  for (const each of work) await evaluateWork(runtime, each);
}

function runShared(runtime: Runtime, work: readonly Work[]): Promise<readonly GuestReport<unknown>[]> {
  return Promise.all(work.map((each) => evaluateWork(runtime, each)));
}

function evaluateWork(runtime: Runtime, { module, size, score }: Work): Promise<GuestReport<unknown>> {
  return evaluateExpecting(runtime, module, { numbers: [size], score });
}

/** Runs all guests until `observe` has done what it does. */
async function whileBusy(
  runtime: Runtime,
  work: readonly Work[],
  observe: () => Promise<unknown>,
): Promise<readonly GuestReport<unknown>[]> {
  const stop = new AbortController();
  const config = { ...SMALL_MEMORY, deadlineMs: DEADLINE_MS, signal: stop.signal };
  const running = work.map(({ module, size }) => runtime.evaluate(module, inputOf(size), config));
  await observe();
  stop.abort();
  return Promise.all(running);
}

async function timerLags(): Promise<readonly number[]> {
  const lags: number[] = [];
  for (let count = 0; count < TIMES_WHILE_BUSY; count += 1) lags.push(await timerLag(count));
  return lags;
}

/** How late a timer is; not always the same one, so that it falls into step with nothing. */
async function timerLag(count: number): Promise<number> {
  const timerMs = MIN_TIMER_MS + count;
  const startedAt = performance.now();
  await delay(timerMs);
  return performance.now() - startedAt - timerMs;
}

/** What others see of a thread that is busy with a hundred guests. */
async function observeBusyThread(runtime: Runtime, work: readonly Work[]) {
  const lagMs: number[] = [];
  const cancelMs: number[] = [];
  const answerMs: number[] = [];
  const endless = await runtime.compile(readGuest("endless"), SMALL_MEMORY);
  const calls = await runtime.compile(readGuest("host-calls"), SMALL_MEMORY);

  async function cancelMany(): Promise<void> {
    for (let count = 0; count < TIMES_WHILE_BUSY; count += 1) {
      const stop = new AbortController();
      const running = runtime.evaluate(endless, inputOf(), { ...SMALL_MEMORY, signal: stop.signal });
      lagMs.push(await timerLag(count));
      const stoppedAt = performance.now();
      stop.abort();
      await running;
      cancelMs.push(performance.now() - stoppedAt);
    }
  }

  async function answerMany(): Promise<void> {
    let answeredAt: number | null = null;
    const note = async () => {
      const now = performance.now();
      if (answeredAt !== null) answerMs.push(now - answeredAt);
      answeredAt = now;
    };
    const config = { registrars: answering(note) };
    await evaluateExpecting(runtime, calls, { numbers: [TIMES_WHILE_BUSY], score: TIMES_WHILE_BUSY }, config);
  }

  await whileBusy(runtime, work, () => Promise.all([cancelMany(), answerMany()]));
  return { lagMs, cancelMs, answerMs };
}
