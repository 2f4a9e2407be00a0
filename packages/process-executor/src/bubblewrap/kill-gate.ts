import { readFileSync } from "node:fs";
import { GATE_BOUNDS } from "./layout.ts";
import { settledWithin } from "./settled-within.ts";

/** What is known about a gate that is to be killed. */
export interface GateProcess {
  readonly bubblewrapPid: number;
  /** The namespace's init, once bubblewrap has reported it. */
  readonly initPid: () => number | null;
  /** Settles when bubblewrap has said all it says about its init. */
  readonly infoEnded: Promise<void>;
  readonly exited: Promise<unknown>;
  readonly killBubblewrap: () => void;
}

/**
 * SIGKILL for the namespace's init, which takes the whole namespace with it. Killing bubblewrap instead, in its first milliseconds, leaves the
 * sandbox alive (bubblewrap#633); it is the last resort for one that hangs, and harmless by then: a gate whose control pipe is closed runs nothing.
 */
export async function killGate(gate: GateProcess): Promise<void> {
  await settledWithin(gate.infoEnded, GATE_BOUNDS.killGraceMs, () => {});
  const init = gate.initPid();
  if (init !== null && parentOf(init) === gate.bubblewrapPid) killIfThere(init);
  await settledWithin(gate.exited, GATE_BOUNDS.killGraceMs, gate.killBubblewrap);
}

/** A process whose parent is our own unreaped child cannot be a stranger with a reused number. */
function parentOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return null;
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended in between, which is what was wanted.
  }
}
