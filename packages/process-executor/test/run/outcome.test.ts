import { describe, expect, it } from "vitest";
import type { GateStatus } from "../../src/bubblewrap/gate-status.ts";
import { outcomeOf } from "../../src/run/outcome.ts";

const LIMITS = {
  timeoutMs: 1000,
  maxOutputBytes: 10,
  cpuTimeMs: 1000,
  maxProcesses: 1,
  maxOpenFiles: 1,
  maxFileSizeBytes: 1,
  maxStdinBytes: 1,
};
const STARTED: GateStatus = { started: true, refused: null, ended: null, cpuTimeMs: null, messages: [] };

describe("outcomeOf", () => {
  it.each([
    {
      name: "an exit is an exit",
      status: { ended: { exitCode: 3 } },
      outcome: { kind: "exited", exitCode: 3 },
    },
    {
      name: "a signal is a signal",
      status: { ended: { signal: "SIGTERM" as const } },
      outcome: { kind: "signalled", signal: "SIGTERM" },
    },
    {
      name: "a SIGKILL while the kernel killed for memory is out-of-memory",
      status: { ended: { signal: "SIGKILL" as const } },
      memoryKillSeen: true,
      outcome: { kind: "out-of-memory" },
    },
    {
      name: "another signal is not, even then",
      status: { ended: { signal: "SIGSEGV" as const } },
      memoryKillSeen: true,
      outcome: { kind: "signalled", signal: "SIGSEGV" },
    },
    {
      name: "a gate that vanished under its command is a kill, never an exit",
      status: {},
      outcome: { kind: "signalled", signal: "SIGKILL" },
    },
    {
      name: "a gate that vanished for memory is out-of-memory",
      status: {},
      memoryKillSeen: true,
      outcome: { kind: "out-of-memory" },
    },
    {
      name: "a command that could not be forked was not started",
      status: { messages: ["sh: 9: Cannot fork"] },
      outcome: { kind: "spawn-failed", detail: "sh: 9: Cannot fork" },
    },
    {
      name: "a gate that vanished before its command was not started",
      status: { started: false },
      outcome: { kind: "spawn-failed", detail: "the sandbox ended before the command started" },
    },
    {
      name: "a refusal names its limit",
      status: { started: false, refused: "resource-limits" as const, messages: ["bad"] },
      outcome: { kind: "spawn-failed", detail: "a resource limit could not be set (bad)" },
    },
    {
      name: "our own end wins over the exit that it caused",
      cause: { kind: "timed-out" as const },
      status: { ended: { exitCode: 137 } },
      outcome: { kind: "timed-out", timeoutMs: 1000 },
    },
    {
      name: "a cancelled run is cancelled",
      cause: { kind: "cancelled" as const },
      status: {},
      outcome: { kind: "cancelled" },
    },
    {
      name: "the output limit names stream and bytes",
      cause: { kind: "output-limit" as const, stream: "stderr" as const },
      status: {},
      outcome: { kind: "output-limit", stream: "stderr", maxOutputBytes: 10 },
    },
  ])("$name", ({ status, cause, memoryKillSeen, outcome }) => {
    const observed = {
      cause: cause ?? null,
      status: { ...STARTED, ...status },
      memoryKillSeen: memoryKillSeen ?? false,
    };
    expect(outcomeOf(observed, LIMITS)).toEqual(outcome);
  });
});
