import { createRuntime } from "@assay/wasm-runtime";
import { answering, evaluateExpecting, readGuest } from "./guests.ts";
import { mapCount, residentBytes } from "./memory.ts";

// Guests that all wait for an answer at the same time. Run by `density.ts`.

export interface DensityRun {
  /** The threads have had few guests before. */
  readonly first: Suspended;
  /** They have had as many before: their heaps have grown already. */
  readonly again: Suspended;
}

export interface Suspended {
  readonly threads: number;
  readonly residentKiBPerGuest: number;
  readonly mapsPerGuest: number;
  readonly answeredMs: number;
}

const PAGE_BYTES = 65_536;
/** A few for each thread. */
const WARM_UP_GUESTS = 64;
const guests = Number(process.argv[2]);

/** Lets guests wait until `count` of them do, and then until they are let go. */
function createGate(count: number) {
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  const { promise: full, resolve: fill } = Promise.withResolvers<void>();
  let waiting = 0;
  const wait = () => {
    waiting += 1;
    if (waiting === count) fill();
    return opened;
  };
  return { wait, open, full };
}

const runtime = createRuntime({ guestsPerThread: guests });
const config = { maxMemoryBytes: PAGE_BYTES };
const module = await runtime.compile(readGuest("host-calls"), config);
const evaluate = (wait: () => Promise<void>) =>
  evaluateExpecting(runtime, module, { numbers: [1], score: 1 }, { ...config, registrars: answering(wait) });

async function suspendAll(count: number): Promise<Suspended> {
  const { wait, open, full } = createGate(count);
  const before = residentBytes();
  const mapsBefore = mapCount();
  const evaluations = Array.from({ length: count }, () => evaluate(wait));
  await full;
  const residentKiBPerGuest = (residentBytes() - before) / 1024 / count;
  const mapsPerGuest = (mapCount() - mapsBefore) / count;
  const { busy: threads } = runtime.threads();
  const openedAt = performance.now();
  open();
  await Promise.all(evaluations);
  return { threads, residentKiBPerGuest, mapsPerGuest, answeredMs: performance.now() - openedAt };
}

// The threads and their heaps are there before anything is measured: they are not what a guest takes.
await suspendAll(WARM_UP_GUESTS);
const first = await suspendAll(guests);
const again = await suspendAll(guests);
console.log(JSON.stringify({ first, again } satisfies DensityRun));
process.exit();
