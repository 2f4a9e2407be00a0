import { closeInheritableDescriptors } from "@assay/process-executor";
import { benchEvaluate } from "./evaluate.ts";
import { benchExec } from "./exec.ts";
import { benchMetering } from "./metering.ts";

const BENCHES: Readonly<Record<string, (rounds: number) => Promise<void>>> = {
  exec: benchExec,
  evaluate: benchEvaluate,
  metering: benchMetering,
};
const DEFAULT_ROUNDS = 100;

const [name, rounds = String(DEFAULT_ROUNDS)] = process.argv.slice(2);
const chosen = name === undefined ? Object.values(BENCHES) : [BENCHES[name]];
closeInheritableDescriptors();
for (const bench of chosen) {
  if (bench === undefined || !(Number(rounds) > 0)) {
    console.error(`Usage: pnpm bench [${Object.keys(BENCHES).join(" | ")}] [rounds]`);
    process.exitCode = 2;
  } else {
    await bench(Number(rounds));
  }
}
