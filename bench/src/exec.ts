import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { createProcessExecutor, type Sandbox } from "@assay/process-executor";
import {
  type ApprovedPlan,
  decide,
  defaultPolicy,
  type PreparedPolicy,
  preparePolicy,
} from "@assay/sandbox-policy";
import { execa } from "execa";
import { type Case, measureInterleaved, plainCase } from "./interleave.ts";
import { printTable } from "./table.ts";

const PROGRAM = "/usr/bin/echo";
const ARGUMENTS = ["hi"];
const EXPECTED = "hi\n";
const BUBBLEWRAP = "/usr/bin/bwrap";

/** What a guest computes between two commands: long enough for the next gate to be up. */
const IDLE_MS = 25;

/** What a careful user writes by hand: the namespaces, a read-only /usr, nothing inherited. */
const BUBBLEWRAP_ARGUMENTS = [
  ...["--unshare-all", "--die-with-parent", "--new-session", "--clearenv"],
  ...[
    "--ro-bind",
    "/usr",
    "/usr",
    "--symlink",
    "usr/bin",
    "/bin",
    "--symlink",
    "usr/lib",
    "/lib",
    "--symlink",
    "usr/lib64",
    "/lib64",
  ],
  ...["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--chdir", "/"],
];

/** How long one command takes from the call to its result, ours beside what everybody knows. */
export async function benchExec(rounds: number): Promise<void> {
  const policy = await preparedPolicy();
  const plan = planOf(policy);
  await using executor = createProcessExecutor();
  const open = () => executor.open({ network: false, programs: policy.programs });
  const runOurs = async (sandbox: Sandbox) =>
    check(Buffer.from((await sandbox.run(plan)).stdout.bytes).toString());
  /** A sandbox that has run `earlier` commands, and then had `idleMs` of rest. */
  const ours = (
    name: string,
    { earlier, idleMs }: { readonly earlier: number; readonly idleMs: number },
  ): Case => ({
    name,
    async prepare() {
      const sandbox = await open();
      for (let count = 0; count < earlier; count += 1) await sandbox.run(plan);
      await delay(idleMs);
      return { run: () => runOurs(sandbox), finish: () => sandbox.close() };
    },
  });

  const bubblewrapped = [...BUBBLEWRAP_ARGUMENTS, PROGRAM, ...ARGUMENTS];
  const cases: readonly Case[] = [
    plainCase("spawn", async () => check(await bareSpawn(PROGRAM, ARGUMENTS))),
    plainCase("execa", async () => check(`${(await execa(PROGRAM, ARGUMENTS)).stdout}\n`)),
    plainCase("bubblewrap", async () => check(await bareSpawn(BUBBLEWRAP, bubblewrapped))),
    plainCase("execa + bubblewrap", async () =>
      check(`${(await execa(BUBBLEWRAP, bubblewrapped)).stdout}\n`),
    ),
    ours("assay, first command", { earlier: 0, idleMs: IDLE_MS }),
    ours("assay, later command after a pause", { earlier: 1, idleMs: IDLE_MS }),
    ours("assay, later command at once", { earlier: 1, idleMs: 0 }),
    plainCase("assay, a sandbox for one command, opened and closed", async () => {
      await using sandbox = await open();
      await runOurs(sandbox);
    }),
  ];
  const measured = await measureInterleaved(cases, { rounds, warmUpRounds: 10 });
  printTable(`One command (${PROGRAM} ${ARGUMENTS.join(" ")}), interleaved`, measured, [
    "spawn",
    "execa",
    "bubblewrap",
  ]);
}

async function preparedPolicy(): Promise<PreparedPolicy> {
  const budget = { ...defaultPolicy().budget, maxExecutions: 100_000 };
  const result = await preparePolicy({ ...defaultPolicy(), allowedCommands: [PROGRAM], budget });
  if (result.outcome !== "ok") throw new Error(JSON.stringify(result));
  return result.prepared;
}

function planOf(policy: PreparedPolicy): ApprovedPlan {
  const request = {
    command: PROGRAM,
    args: ARGUMENTS,
    env: [],
    workingDirectory: null,
    stdinBytes: 0,
    timeoutMs: null,
  };
  const decision = decide(policy, request);
  if (decision.outcome !== "allow") throw new Error(JSON.stringify(decision.reasons));
  return decision.plan;
}

async function bareSpawn(command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
  let stdout = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.resume();
  child.stdin.end();
  await once(child, "close");
  return stdout;
}

/** A case that does not do its work must not look fast. */
function check(stdout: string): void {
  if (stdout !== EXPECTED) throw new Error(`unexpected output: ${JSON.stringify(stdout)}`);
}
