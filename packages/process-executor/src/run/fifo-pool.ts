import { closeSync, constants, openSync, unlinkSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { systemTool } from "../host/system-tool.ts";

/** The output pipes of one command, as paths of FIFOs. */
export interface FifoSet {
  readonly stdout: string;
  readonly stderr: string;
}

/** Both ends of a pipe. The child's end is a blocking descriptor, as programs expect; ours never blocks. */
export interface PipeEnds {
  readonly ours: number;
  readonly childs: number;
}

/**
 * Named pipes for what commands write. Node gives a child Unix sockets, through which `/dev/stdout` cannot be opened, and reads them into a new
 * buffer each time (a 1 GB flood grew this process by 73 MB); a FIFO is a real pipe, and is read into one buffer (5 MB).
 * Standard input stays a socket: opening `/dev/stdin` fails there, while on a FIFO it would wait for ever once we had written everything.
 * A set is for one command alone: a command can keep a pipe open elsewhere, or change its permissions, and must not meet the next one that way.
 */
export interface FifoPool {
  take(): Promise<FifoSet>;
}

/** mkfifo(1) is started once for so many. */
const SETS_PER_CALL = 16;

export function createFifoPool(directory: string): FifoPool {
  const free: FifoSet[] = [];
  let made = 0;
  let making: Promise<void> | null = null;

  const makeMore = async () => {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const sets = Array.from({ length: SETS_PER_CALL }, () => setAt(directory, made++));
    // Commands run as another user and may open /dev/stdout again; the directory keeps everybody else away.
    await execa(systemTool("mkfifo"), [
      "-m",
      "0666",
      ...sets.flatMap((set) => Object.values(set) as string[]),
    ]);
    free.push(...sets);
  };

  return {
    async take() {
      for (;;) {
        const set = free.pop();
        if (set !== undefined) return set;
        making ??= makeMore().finally(() => {
          making = null;
        });
        await making;
      }
    },
  };
}

/** Opens both ends of a pipe that the child writes to, and removes its name. */
export function openForReading(fifo: string): PipeEnds {
  const ours = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return { ours, childs: openSync(fifo, constants.O_WRONLY) };
  } catch (error) {
    closeSync(ours);
    throw error;
  } finally {
    unlinkSync(fifo);
  }
}

function setAt(directory: string, index: number): FifoSet {
  const path = (stream: string) => join(directory, `${index}-${stream}`);
  return { stdout: path("stdout"), stderr: path("stderr") };
}
