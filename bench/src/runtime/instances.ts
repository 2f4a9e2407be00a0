import { createRuntime } from "@assay/wasm-runtime";
import { measureInterleaved, plainCase } from "../interleave.ts";
import { type Figure, printFigures } from "./figures.ts";
import { evaluateExpecting, readGuest, SMALL_MEMORY } from "./guests.ts";
import { createGuestsHere, prepareExecutable } from "./in-thread.ts";
import { callPlain, callPlainSuspendable, compilePlain } from "./plain-instance.ts";

/** Enough that one measurement is long against the clock's grain, and few enough to be in flight at the same time. */
const GUESTS = 200;
const SCORE = 7;
const WORK = { numbers: [SCORE], score: SCORE };

const PLAIN = "plain instance";
const PLAIN_AGAIN = "plain instance, again";
const SUSPENDABLE = "plain instance, called so that it can be suspended";
const IN_THREAD = "assay, what the guests' thread does for it";
const END_TO_END = "assay, from call to report";

/** A guest that does nothing: what it costs to have one, and where. */
export async function benchInstances(rounds: number): Promise<void> {
  const bytes = readGuest("short");
  const plain = compilePlain(bytes);
  const executable = prepareExecutable(bytes);
  const here = createGuestsHere();
  await using runtime = createRuntime({ maxThreads: 1, guestsPerThread: GUESTS });
  const module = await runtime.compile(bytes, SMALL_MEMORY);

  const plainGuests = async () => {
    for (let count = 0; count < GUESTS; count += 1) expectScore(callPlain(plain, WORK.numbers));
  };
  const atOnce = (call: () => Promise<unknown>) => async () => {
    await Promise.all(Array.from({ length: GUESTS }, call));
  };
  const cases = [
    plainCase(PLAIN, plainGuests),
    plainCase(PLAIN_AGAIN, plainGuests),
    plainCase(SUSPENDABLE, async () => {
      for (let count = 0; count < GUESTS; count += 1) {
        expectScore(await callPlainSuspendable(plain, WORK.numbers));
      }
    }),
    plainCase(
      IN_THREAD,
      atOnce(async () => {
        const { ending } = await here.callOnce(executable, WORK.numbers);
        if (ending.kind !== "bytes") throw new Error(`a guest ended as ${ending.kind}`);
      }),
    ),
    plainCase(
      END_TO_END,
      atOnce(() => evaluateExpecting(runtime, module, WORK)),
    ),
  ];
  const measured = await measureInterleaved(cases, { rounds, warmUpRounds: 10 });
  const base = measured[0]?.medianMs ?? Number.NaN;
  const figures = measured.map(({ name, count, medianMs }): Figure => {
    const figure = { name, n: count * GUESTS, value: medianMs / base, unit: `× ${PLAIN}` };
    return name === IN_THREAD ? { ...figure, target: { atMost: 1.3 } } : figure;
  });
  const perGuest = { name: PLAIN, n: rounds * GUESTS, value: (base * 1000) / GUESTS, unit: "µs" };
  printFigures(`Instantiate, call and forget a guest: ${GUESTS} at a time, interleaved`, [
    perGuest,
    ...figures,
  ]);
}

function expectScore(score: bigint): void {
  if (score !== BigInt(SCORE)) throw new Error(`a guest returned ${score}`);
}
