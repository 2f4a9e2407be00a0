import type { Readable } from "node:stream";
import type { WriteStream } from "node:tty";
import type { Outcome } from "../outcome.ts";

/** The parts of the process that a command may touch. */
export interface CommandIo {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: WriteStream | NodeJS.WriteStream;
  readonly stderr: WriteStream | NodeJS.WriteStream;
  /** Aborted when the process is asked to end. */
  readonly signal: AbortSignal;
  /** Whether errors are shown with their stacks: ASSAY_DEBUG=1. */
  readonly debug: boolean;
  /** Where the user's programs keep what can be made again: XDG_CACHE_HOME, if it is set. */
  readonly cacheHome: string | undefined;
}

/** Runs the command that was picked, and keeps how it ended. */
export type Run = (command: (io: CommandIo) => Promise<Outcome>) => Promise<void>;

/** For people, when the output goes to a file or to another program. */
const WIDTH_WITHOUT_TERMINAL = 120;

/** How wide a line on standard output may be, in columns. Some terminals say 0, which says nothing. */
export function outputWidth({ stdout }: CommandIo): number {
  return stdout.isTTY && stdout.columns > 0 ? stdout.columns : WIDTH_WITHOUT_TERMINAL;
}

/**
 * Writes to standard output and waits until the text is with the operating system.
 *
 * @throws the stream's error, but for a reader that went away: that is its own decision, and no fault.
 */
export async function writeOutput({ stdout }: CommandIo, text: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  stdout.write(text, (error) => {
    if (error && !("code" in error && error.code === "EPIPE")) reject(error);
    else resolve();
  });
  await promise;
}
