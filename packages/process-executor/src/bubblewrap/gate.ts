import { closeSync, openSync, readFileSync } from "node:fs";
import { Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import { execa } from "execa";
import { type FifoPool, type FifoSet, openForReading, type PipeEnds } from "../run/fifo-pool.ts";
import { GATE_GREETING } from "./gate-script.ts";
import { hasEndLine } from "./gate-status.ts";
import { DESCRIPTOR, GATE_BOUNDS } from "./layout.ts";

/** What a gate is started with. */
export interface GateOptions {
  readonly bubblewrapPath: string;
  readonly arguments: readonly string[];
  /** A file with the seccomp filter. */
  readonly seccompPath: string;
  /** The host's user for the sandbox; `null` keeps ours. */
  readonly hostUser: { readonly uid: number; readonly gid: number } | null;
  readonly fifos: FifoPool;
}

/**
 * A finished sandbox with a shell in it that waits for its one command.
 *
 * Nothing that a command could do holds up `exited`: the shell is the init of a PID namespace, and the kernel ends every process in it before
 * bubblewrap can reap the init.
 */
export interface Gate {
  /** Settles when the shell is up: `null`, or what bubblewrap said instead. Never rejects. */
  readonly ready: Promise<string | null>;
  /** Settles when no process of the gate is left: everything that it said about its command. Never rejects. */
  readonly exited: Promise<string>;
  /** Whether the shell has reported its command's end. What the command left behind may still be ending. */
  readonly commandEnded: () => boolean;
  /** `false` once bubblewrap has ended. */
  readonly alive: () => boolean;
  /** The host's process id of the namespace's init, once it is known. */
  readonly initPid: () => number | null;
  readonly stdin: Writable;
  /** Starts handing over what arrives. Each stream is read into one buffer of its own: a chunk is valid only during the call. */
  read(onChunk: (stream: "stdout" | "stderr", chunk: Uint8Array) => void): void;
  /** Gives the shell its script, once. */
  release(script: string): void;
  /** Ends every process of the gate. Safe at any time, also before bubblewrap has finished. */
  kill(): void;
}

/**
 * Starts bubblewrap with a shell that waits.
 *
 * @throws {Error} when bubblewrap could not be started at all (missing, no process or descriptor left); nothing is left open then.
 */
export async function startGate(options: GateOptions): Promise<Gate> {
  const fifos = await options.fifos.take();
  const pipes = openAll(fifos, options.seccompPath);
  const child = execa(options.bubblewrapPath, options.arguments, {
    stdio: [
      "pipe",
      inherited(pipes.stdout.childs),
      inherited(pipes.stderr.childs),
      { value: "pipe", input: true },
      "pipe",
      "pipe",
      inherited(pipes.seccomp),
    ],
    buffer: false,
    reject: false,
    // Killing bubblewrap while it starts leaves its sandbox alive; `--die-with-parent` and the closing control pipe do this job.
    cleanup: false,
    extendEnv: false,
    preferLocal: false,
    env: {},
    cwd: "/",
    ...(options.hostUser ?? {}),
  });
  for (const descriptor of [pipes.stdout.childs, pipes.stderr.childs, pipes.seccomp]) closeSync(descriptor);
  if (child.pid === undefined) {
    for (const descriptor of [pipes.stdout.ours, pipes.stderr.ours]) closeSync(descriptor);
    throw new Error((await child).originalMessage ?? "bubblewrap could not be started");
  }

  const control = quiet(child.stdio[DESCRIPTOR.control] as unknown as Writable);
  const info = collectText(child.stdio[DESCRIPTOR.info] as unknown as Readable);
  const status = collectText(child.stdio[DESCRIPTOR.status] as unknown as Readable);
  const stdin = quiet(child.stdio[DESCRIPTOR.stdin] as unknown as Writable);
  let onChunk: (stream: "stdout" | "stderr", chunk: Uint8Array) => void = () => {};
  let setUpText = "";
  const stdout = readInto(pipes.stdout.ours, (chunk) => onChunk("stdout", chunk));
  const stderr = readInto(pipes.stderr.ours, (chunk) => onChunk("stderr", chunk));
  onChunk = (_stream, chunk) => {
    setUpText = (setUpText + Buffer.from(chunk).toString("latin1")).slice(0, GATE_BOUNDS.setUpTextBytes);
  };

  const initPid = () => {
    const found = /"child-pid":\s*(\d+)/.exec(info.text());
    return found?.[1] === undefined ? null : Number(found[1]);
  };
  let alive = true;
  // The process's own end, not execa's promise: that one also waits for every stream, which a stranger could hold open.
  const processEnded = new Promise<number | null>((resolve) =>
    child.nodeChildProcess.once("exit", resolve),
  ).then((exitCode) => {
    alive = false;
    stdin.destroy();
    return exitCode;
  });
  const streams = [stdout.socket, stderr.socket, ...child.stdio.filter((stream) => stream !== null)];
  const exited = processEnded.then(async () => {
    await settledWithin(Promise.all([status.ended, stdout.ended, stderr.ended]), GATE_BOUNDS.drainMs, () => {
      for (const stream of streams) stream.destroy();
    });
    await Promise.all([stdout.ended, stderr.ended]);
    return status.text();
  });
  const ready = new Promise<string | null>((resolve) => {
    status.onText((text) => text.startsWith("ready\n") && resolve(null));
    void exited.then(async () =>
      resolve(setUpText.trim() || `bubblewrap ended with code ${await processEnded}`),
    );
  });
  control.write(GATE_GREETING);

  let killing = false;
  const kill = () => {
    if (killing) return;
    killing = true;
    control.destroy();
    void killInit(child.pid, initPid, info.ended, exited, () => child.kill("SIGKILL"));
  };

  return {
    ready,
    exited,
    commandEnded: () => hasEndLine(status.text()),
    alive: () => alive,
    initPid,
    stdin,
    kill,
    read: (take) => {
      onChunk = take;
    },
    release: (script) => {
      control.end(script);
    },
  };
}

/**
 * Waits until a gate is up, for at most `GATE_BOUNDS.startMs`: on a stuck file system bubblewrap can hang for ever.
 *
 * @returns `null`, or why it is not up. It may still run then.
 */
export async function readiness(gate: Gate, signal: AbortSignal): Promise<string | null> {
  const late = AbortSignal.any([signal, AbortSignal.timeout(GATE_BOUNDS.startMs)]);
  const { promise: gaveUp, resolve: giveUp } = Promise.withResolvers<string>();
  const onLate = () => giveUp(`bubblewrap was not up within ${GATE_BOUNDS.startMs} ms`);
  if (late.aborted) onLate();
  late.addEventListener("abort", onLate, { once: true });
  try {
    return await Promise.race([gate.ready, gaveUp]);
  } finally {
    late.removeEventListener("abort", onLate);
  }
}

/**
 * SIGKILL for the namespace's init, which takes the whole namespace with it. Killing bubblewrap instead, in its first milliseconds, leaves the
 * sandbox alive (bubblewrap#633); it is the last resort for one that hangs, and harmless by then: a gate whose control pipe is closed runs nothing.
 */
async function killInit(
  bubblewrapPid: number | undefined,
  initPid: () => number | null,
  infoEnded: Promise<void>,
  exited: Promise<unknown>,
  killBubblewrap: () => void,
): Promise<void> {
  await settledWithin(infoEnded, GATE_BOUNDS.killGraceMs, () => {});
  const init = initPid();
  if (init !== null && bubblewrapPid !== undefined && parentOf(init) === bubblewrapPid) signal(init);
  await settledWithin(exited, GATE_BOUNDS.killGraceMs, killBubblewrap);
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

function signal(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended in between, which is what was wanted.
  }
}

interface OpenPipes {
  readonly stdout: PipeEnds;
  readonly stderr: PipeEnds;
  readonly seccomp: number;
}

/** execa takes any descriptor of this process, and its types name only those from 3 to 9. */
function inherited(descriptor: number): 3 {
  return descriptor as 3;
}

/** All or none: when the descriptors of this process run out in the middle, the ones that were opened are closed again. */
function openAll(fifos: FifoSet, seccompPath: string): OpenPipes {
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

/** Reads a pipe into one buffer, over and over: a flood costs this process no memory. */
function readInto(
  fd: number,
  onChunk: (chunk: Uint8Array) => void,
): { socket: Socket; ended: Promise<void> } {
  const buffer = new Uint8Array(GATE_BOUNDS.readBufferBytes);
  const socket = new Socket({
    fd,
    readable: true,
    writable: false,
    onread: {
      buffer,
      callback: (length) => {
        onChunk(buffer.subarray(0, length));
        return true;
      },
    },
  });
  const ended = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  quiet(socket).resume();
  return { socket, ended };
}

function collectText(stream: Readable): {
  text(): string;
  onText(take: (text: string) => void): void;
  ended: Promise<void>;
} {
  let text = "";
  let take: (text: string) => void = () => {};
  stream.setEncoding("latin1");
  stream.on("data", (chunk: string) => {
    text = (text + chunk).slice(0, GATE_BOUNDS.statusTextBytes);
    take(text);
  });
  const ended = new Promise<void>((resolve) => quiet(stream).once("close", () => resolve()));
  return {
    text: () => text,
    onText: (next) => {
      take = next;
    },
    ended,
  };
}

/** A pipe whose other side went away is an ordinary end here; who needs to know asks the write's callback. */
function quiet<S extends Readable | Writable>(stream: S): S {
  stream.on("error", () => {});
  return stream;
}

async function settledWithin(promise: Promise<unknown>, ms: number, otherwise: () => void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timedOut = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      otherwise();
      resolve();
    }, ms);
  });
  await Promise.race([promise, timedOut]);
  clearTimeout(timer);
}
