import type { Gate } from "./bubblewrap/gate.ts";
import { readiness } from "./bubblewrap/readiness.ts";
import { ProcessExecutorError } from "./errors.ts";

/** Keeps one gate started ahead of need, so that a command pays for its own start and not for its isolation's. */
export interface GateAhead {
  /**
   * Starts a gate and waits until it is up.
   *
   * @throws {ProcessExecutorError} `ISOLATION_UNAVAILABLE` with what bubblewrap said.
   */
  fill(): Promise<void>;
  /**
   * Hands over the gate that waits, or starts one: for the first time, after one failed to start, or after one was killed while it waited.
   *
   * @throws {ProcessExecutorError} `ISOLATION_UNAVAILABLE` with what bubblewrap said.
   */
  take(): Promise<Gate>;
  /** Starts the next gate once the caller has its result: starting a process blocks this thread for milliseconds. */
  refill(): void;
  /** Ends the gate that waits; nothing of it is left when this settles. */
  close(): Promise<void>;
}

export function createGateAhead(newGate: () => Promise<Gate>): GateAhead {
  let ahead: Promise<Gate> | null = null;
  const closing = new AbortController();

  const start = () => {
    ahead ??= readyGate(newGate, closing.signal);
    // One that fails while nobody waits for it is told to whoever takes it, not to the process.
    ahead.catch(() => {});
    return ahead;
  };
  const takeAhead = async (): Promise<Gate | null> => {
    const taken = ahead;
    ahead = null;
    const gate = await taken?.catch(() => null);
    return gate?.alive() ? gate : null;
  };

  return {
    async fill() {
      await start();
    },
    async take() {
      const gate = (await takeAhead()) ?? (await start());
      ahead = null;
      return gate;
    },
    refill() {
      setImmediate(() => {
        if (!closing.signal.aborted) void start();
      });
    },
    async close() {
      closing.abort();
      const gate = await takeAhead();
      gate?.kill();
      await gate?.exited;
    },
  };
}

/** A gate that answered, in bounded time. One that did not is an isolation that this host does not give. */
async function readyGate(newGate: () => Promise<Gate>, closing: AbortSignal): Promise<Gate> {
  const unavailable = (detail: string, cause?: unknown) =>
    new ProcessExecutorError({ code: "ISOLATION_UNAVAILABLE", protection: "bubblewrap", detail }, { cause });
  const gate = await newGate().catch((error: Error) => {
    throw unavailable(error.message, error);
  });
  const complaint = await readiness(gate, closing);
  if (complaint === null) return gate;
  gate.kill();
  await gate.exited;
  if (closing.aborted) throw new ProcessExecutorError({ code: "SANDBOX_CLOSED" });
  throw unavailable(complaint);
}
