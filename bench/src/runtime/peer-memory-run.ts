import { createRuntime } from "@assay/wasm-runtime";
import { residentBytes } from "./memory.ts";
import { createAssayPeer, createExtismPeer } from "./peer.ts";

// Opens guests, calls each once and keeps them. Run by `peers.ts`.

export interface PeerMemoryRun {
  readonly residentKiBPerGuest: number;
}

const WARM_UP_GUESTS = 4;

const [name, count] = process.argv.slice(2);
const guests = Number(count);
const runtime = createRuntime({ guestsPerThread: guests + WARM_UP_GUESTS });
const peers = [
  await createAssayPeer(runtime),
  ...(["1.0.3", "2.0.0-rc13"] as const).flatMap((version) =>
    [false, true].map((runInWorker) => createExtismPeer(version, { runInWorker })),
  ),
];
const peer = peers.find((each) => each.name === name);
if (peer === undefined) throw new Error(`no such peer: ${name}`);

async function openOne() {
  const guest = await peer?.open();
  await guest?.callNothing();
  return guest;
}

for (let opened = 0; opened < WARM_UP_GUESTS; opened += 1) await openOne();
const before = residentBytes();
const kept = [];
for (let opened = 0; opened < guests; opened += 1) kept.push(await openOne());
const run: PeerMemoryRun = { residentKiBPerGuest: (residentBytes() - before) / 1024 / kept.length };
console.log(JSON.stringify(run));
process.exit();
