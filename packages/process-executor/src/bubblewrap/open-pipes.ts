import { closeSync, openSync } from "node:fs";
import { type FifoSet, openForReading, type PipeEnds } from "../run/fifo-pool.ts";

/** The descriptors that a gate is started with, beside the sockets that execa makes. */
export interface OpenPipes {
  readonly stdout: PipeEnds;
  readonly stderr: PipeEnds;
  readonly seccomp: number;
}

/** execa takes any descriptor of this process, and its types name only those from 3 to 9. */
export function inherited(descriptor: number): 3 {
  return descriptor as 3;
}

/** All or none: when the descriptors of this process run out in the middle, the ones that were opened are closed again. */
export function openPipes(fifos: FifoSet, seccompPath: string): OpenPipes {
  const opened: number[] = [];
  const note = (ends: PipeEnds) => {
    opened.push(ends.ours, ends.childs);
    return ends;
  };
  try {
    const stdout = note(openForReading(fifos.stdout));
    const stderr = note(openForReading(fifos.stderr));
    return { stdout, stderr, seccomp: openSync(seccompPath, "r") };
  } catch (error) {
    for (const descriptor of opened) closeSync(descriptor);
    throw error;
  }
}
