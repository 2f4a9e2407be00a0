import { createRuntime } from "@assay/wasm-runtime";
import { type Case, measureInterleaved } from "../interleave.ts";
import { printTable } from "../table.ts";
import { runApart } from "./apart.ts";
import { type Figure, printFigures } from "./figures.ts";
import { createAssayPeer, createExtismPeer, type OpenGuest, type Peer } from "./peer.ts";
import type { PeerMemoryRun } from "./peer-memory-run.ts";
import { median } from "./statistics.ts";

/** A thread for each plugin takes tens of milliseconds to start, and its host calls can wait for half a second. */
const ROUNDS_PER_WORKER_ROUND = 20;

/** The same module here and in Extism, which is what people know. Extism bounds neither time nor memory of it. */
export async function benchPeers(rounds: number): Promise<void> {
  await using runtime = createRuntime({ maxThreads: 1 });
  const assay = await createAssayPeer(runtime);
  const here = (["1.0.3", "2.0.0-rc13"] as const).map((version) =>
    createExtismPeer(version, { runInWorker: false }),
  );
  const inWorkers = (["1.0.3", "2.0.0-rc13"] as const).map((version) =>
    createExtismPeer(version, { runInWorker: true }),
  );
  await comparePeers("Extism in this thread", [assay, ...here], rounds);
  const workerRounds = Math.ceil(rounds / ROUNDS_PER_WORKER_ROUND);
  await comparePeers("Extism in worker threads", [assay, ...inWorkers], workerRounds);
  await compareMemory(workerRounds);
}

async function comparePeers(title: string, peers: readonly Peer[], rounds: number): Promise<void> {
  const bases = [peers[0]?.name ?? ""];
  const compare = async (what: string, caseOf: (peer: Peer) => Case) => {
    const measured = await measureInterleaved(peers.map(caseOf), { rounds, warmUpRounds: 3 });
    printTable(`${title}: ${what}, interleaved`, measured, bases);
  };
  await compare("open a guest, call it once, close it", ({ name, open }) => ({
    name,
    prepare: async () => ({
      async run() {
        const guest = await open();
        await guest.callNothing();
        await guest.close();
      },
    }),
  }));
  await compare(
    "call a guest that is open",
    opened((guest) => guest.callNothing()),
  );
  await compare(
    "ten host calls in one call",
    opened((guest) => guest.callTenTimes()),
  );
}

function opened(call: (guest: OpenGuest) => Promise<unknown>): (peer: Peer) => Case {
  return ({ name, open }) => ({
    name,
    async prepare() {
      const guest = await open();
      await guest.callNothing();
      return { run: async () => void (await call(guest)), finish: () => guest.close() };
    },
  });
}

const IN_MEMORY = [
  ["assay", 1_500],
  ["extism 1.0.3, in this thread", 1_500],
  ["extism 2.0.0-rc13, in this thread", 1_500],
  ["extism 1.0.3, in a worker", 20],
  ["extism 2.0.0-rc13, in a worker", 20],
] as const;

async function compareMemory(rounds: number): Promise<void> {
  const runs = new Map(IN_MEMORY.map((each) => [each, [] as number[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [[name, count], values] of runs) {
      const { residentKiBPerGuest } = await runApart<PeerMemoryRun>("peer-memory-run", [name, count], {
        onOneCore: false,
      });
      values.push(residentKiBPerGuest);
    }
  }
  const figures = [...runs].map(
    ([[name, count], values]): Figure => ({
      name: `${name}, ${count} at a time`,
      n: values.length,
      value: median(values),
      unit: "KiB RSS",
    }),
  );
  printFigures("Memory of an open guest that was called once, medians of n processes", figures);
}
