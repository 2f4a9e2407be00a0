import { closeSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { execa } from "execa";
import type { FifoPool } from "../run/fifo-pool.ts";
import { GATE_GREETING } from "./gate-script.ts";
import { hasEndLine } from "./gate-status.ts";
import { killGate } from "./kill-gate.ts";
import { DESCRIPTOR, GATE_BOUNDS } from "./layout.ts";
import { inherited, openPipes } from "./open-pipes.ts";
import { collectText, quiet, readInto } from "./read-streams.ts";
import { settledWithin } from "./settled-within.ts";

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
  const pipes = openPipes(await options.fifos.take(), options.seccompPath);
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
  const { pid } = child;
  if (pid === undefined) {
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
    const killBubblewrap = () => child.kill("SIGKILL");
    void killGate({ bubblewrapPid: pid, initPid, infoEnded: info.ended, exited, killBubblewrap });
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
