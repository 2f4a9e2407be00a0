import { constants } from "node:os";
import { GATE_REFUSALS, type GateRefusal } from "./gate-script.ts";

/** What the gate said about its one command. */
export interface GateStatus {
  readonly started: boolean;
  readonly refused: GateRefusal | null;
  /** How the reaper saw the command end; `null` when the gate was killed first. */
  readonly ended: { readonly exitCode: number } | { readonly signal: NodeJS.Signals } | null;
  readonly cpuTimeMs: number | null;
  /** What the shell itself had to say, such as `Cannot fork`. */
  readonly messages: readonly string[];
}

const SIGNAL_BASE = 128;
const END_LINE = /^exit \d+$/m;

/** Whether the shell has already said how its command ended. */
export function hasEndLine(text: string): boolean {
  return END_LINE.test(text);
}

/**
 * Reads the lines of the status descriptor. Pure.
 *
 * A shell folds a signal into the exit code as 128 + n, so `exit 139` and a segmentation fault look alike there. It also prints a line for a child
 * that a signal ended, and that line tells them apart. POSIX shells stay silent for SIGINT and SIGPIPE: codes 130 and 141 are always `exited`.
 */
export function readGateStatus(text: string): GateStatus {
  const lines = text.split("\n").filter((line) => line !== "");
  const at = lines.findIndex((line) => END_LINE.test(line));
  const before = at < 0 ? lines : lines.slice(0, at);
  const refused = GATE_REFUSALS.find((reason) => before.includes(`refused ${reason}`)) ?? null;
  const startedAt = before.indexOf("started");
  const messages = before.filter(
    (line) => line !== "ready" && line !== "started" && !line.startsWith("refused "),
  );
  const spokeAfterStart = startedAt >= 0 && before.length > startedAt + 1;
  const code = at < 0 ? null : Number(lines[at]?.slice("exit ".length));
  return {
    started: startedAt >= 0,
    refused,
    ended: code === null ? null : endOf(code, spokeAfterStart),
    cpuTimeMs: at < 0 ? null : childrenCpuTimeMs(lines.slice(at + 1)),
    messages,
  };
}

function endOf(code: number, shellNamedSignal: boolean): NonNullable<GateStatus["ended"]> {
  const signal = code > SIGNAL_BASE && shellNamedSignal ? signalName(code - SIGNAL_BASE) : null;
  return signal === null ? { exitCode: code } : { signal };
}

function signalName(number: number): NodeJS.Signals | null {
  const found = Object.entries(constants.signals).find(([, value]) => value === number);
  return found === undefined ? null : (found[0] as NodeJS.Signals);
}

/** The second line of POSIX `times`: user and system time of the children, as `0m0.01s 0m0.00s`. */
function childrenCpuTimeMs(lines: readonly string[]): number | null {
  const parts = lines[1]?.match(/^(\d+)m([\d.]+)s (\d+)m([\d.]+)s$/);
  if (!parts) return null;
  const [userMinutes, userSeconds, systemMinutes, systemSeconds] = parts.slice(1).map(Number);
  if (userMinutes === undefined || userSeconds === undefined) return null;
  if (systemMinutes === undefined || systemSeconds === undefined) return null;
  return Math.round(((userMinutes + systemMinutes) * 60 + userSeconds + systemSeconds) * 1000);
}
