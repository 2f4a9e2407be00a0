import { closeInheritableDescriptors } from "@assay/process-executor";
import { benchEvaluate } from "./evaluate.ts";
import { benchExec } from "./exec.ts";
import { benchMetering } from "./metering.ts";
import { benchDeadline } from "./runtime/deadline.ts";
import { benchDensity } from "./runtime/density.ts";
import { benchFairness } from "./runtime/fairness.ts";
import { benchInstances } from "./runtime/instances.ts";
import { benchPeers } from "./runtime/peers.ts";
import { benchSharing } from "./runtime/sharing.ts";
import { benchThroughput } from "./runtime/throughput.ts";

/** A name alone stands for all its parts, too. */
const BENCHES: Readonly<Record<string, (rounds: number) => Promise<void>>> = {
  exec: benchExec,
  evaluate: benchEvaluate,
  metering: benchMetering,
  "runtime/sharing": benchSharing,
  "runtime/density": benchDensity,
  "runtime/fairness": benchFairness,
  "runtime/deadline": benchDeadline,
  "runtime/throughput": benchThroughput,
  "runtime/instances": benchInstances,
  "runtime/peers": benchPeers,
};
const DEFAULT_ROUNDS = 100;

const [name, rounds = String(DEFAULT_ROUNDS)] = process.argv.slice(2);
const chosen = Object.entries(BENCHES).filter(
  ([known]) => name === undefined || known === name || known.startsWith(`${name}/`),
);
closeInheritableDescriptors();
if (chosen.length === 0 || !(Number(rounds) > 0)) {
  console.error(`Usage: pnpm bench [${Object.keys(BENCHES).join(" | ")}] [rounds]`);
  process.exitCode = 2;
} else {
  for (const [, bench] of chosen) await bench(Number(rounds));
}
