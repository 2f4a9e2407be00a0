import { once } from "node:events";
import { chmodSync, readdirSync } from "node:fs";
import { expect, it } from "vitest";
import {
  CONTEST,
  CONTEST_POLICY,
  parseInspectionReport,
  parseReport,
  startAssay,
  temporaryDirectory,
  temporaryFile,
} from "./support/assay.ts";
import { answeringGuest, loopingGuest, VALID } from "./support/guest-module.ts";
import { processesWith, threadsOf, uniqueMarker, until } from "./support/processes.ts";
import { slowModule } from "./support/slow-module.ts";

/** An evaluation whose command is running, in a temporary directory that nobody else uses. */
async function startLoopingSubmission(...options: string[]) {
  const marker = uniqueMarker();
  const directory = temporaryDirectory();
  // Commands run as another user when this is root, and have to get through.
  chmodSync(directory, 0o711);
  const submission = temporaryFile("loops.sh", `#!/bin/sh\n# ${marker}\nwhile :; do :; done\n`);
  const args = ["evaluate", CONTEST, "--policy", CONTEST_POLICY, "--submission", submission, ...options];
  const { child, ended } = startAssay(args, { env: { TMPDIR: directory } });
  const tooSoon = ended.then(({ stderr }) =>
    Promise.reject(new Error(`ended before its command ran: ${stderr}`)),
  );
  await Promise.race([until(() => processesWith(marker).length > 0, "the command runs"), tooSoon]);
  tooSoon.catch(() => {});
  const left = () => ({ processes: processesWith(marker), files: readdirSync(directory) });
  return { child, ended, left };
}

it.each([
  { signal: "SIGINT", exitCode: 130 },
  { signal: "SIGTERM", exitCode: 143 },
  { signal: "SIGHUP", exitCode: 129 },
] as const)(
  "$signal ends a run whose command is running with $exitCode, one object, no process and no file",
  async ({ signal, exitCode }) => {
    const { child, ended, left } = await startLoopingSubmission("--json");
    expect(left().processes).not.toEqual([]);
    expect(left().files).not.toEqual([]);
    child.kill(signal);
    const result = await ended;
    expect(result.exitCode).toBe(exitCode);
    const report = parseReport(result.stdout);
    expect(report).toMatchObject({ outcome: "cancelled", valid: null, error: { code: "CANCELLED" } });
    expect(report.commands.at(-1)?.outcome).toBe("cancelled");
    expect(left()).toEqual({ processes: [], files: [] });
  },
);

it("a second signal does not cut the cleanup short", async () => {
  const { child, ended, left } = await startLoopingSubmission();
  for (const signal of ["SIGINT", "SIGINT", "SIGTERM"] as const) child.kill(signal);
  const { exitCode, stdout } = await ended;
  expect([130, 143]).toContain(exitCode);
  expect(stdout).toMatch(/^CANCELLED {2}/);
  expect(left()).toEqual({ processes: [], files: [] });
});

it("the deadline, too, leaves no process and no file", async () => {
  const { ended, left } = await startLoopingSubmission("--timeout-ms", "4000", "--json");
  const result = await ended;
  expect(result.exitCode).toBe(3);
  expect(parseReport(result.stdout).error?.code).toBe("DEADLINE");
  expect(left()).toEqual({ processes: [], files: [] });
});

it("a guest that never yields is ended by a signal", async () => {
  const challenge = temporaryFile("loops.wasm", loopingGuest("here I go"));
  const { child, ended } = startAssay(["evaluate", challenge, "--submission", "-", "--json"]);
  await once(child.stderr, "data");
  child.kill("SIGINT");
  const result = await ended;
  expect(result.exitCode).toBe(130);
  const report = parseReport(result.stdout);
  expect(report.outcome).toBe("cancelled");
  expect(report.logs.map(({ message }) => message)).toEqual(["here I go"]);
});

it("waiting for standard input is ended by a signal", async () => {
  const challenge = temporaryFile("fine.wasm", answeringGuest(VALID));
  const { child, ended } = startAssay(["evaluate", challenge, "--submission", "-", "--json"], {
    stdin: null,
  });
  // More than a pipe holds: it was taken, so somebody reads.
  await new Promise((resolve) => child.stdin.write(Buffer.alloc(1024 * 1024), resolve));
  child.kill("SIGTERM");
  const result = await ended;
  expect(result.exitCode).toBe(143);
  expect(parseReport(result.stdout)).toMatchObject({ outcome: "cancelled", moduleSha256: null });
});

it("SIGINT ends an inspection in the middle of a module that takes long to read", async () => {
  const { child, ended } = startAssay(["inspect", temporaryFile("slow.wasm", slowModule()), "--json"]);
  // The kernel keeps 15 characters of a thread's name.
  await until(() => threadsOf(child.pid).includes("assay-examinati"), "the module is examined");
  child.kill("SIGINT");
  const { exitCode, stdout } = await ended;
  expect(exitCode).toBe(130);
  const error = { code: "CANCELLED", message: "the inspection was cancelled before its end" };
  expect(parseInspectionReport(stdout)).toMatchObject({ outcome: "cancelled", error });
});
