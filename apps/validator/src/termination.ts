import { EXIT_CODE_OF_SIGNAL, type TerminationSignal } from "./exit-code.ts";

/** The wish of a person or a service manager that this process ends. */
export interface Termination extends Disposable {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** The first signal that came, if one did. */
  readonly received: TerminationSignal | null;
}

const SIGNALS = Object.keys(EXIT_CODE_OF_SIGNAL) as TerminationSignal[];

/**
 * Listens for SIGHUP, SIGINT and SIGTERM until it is disposed of. Only the first counts: npm and pnpm repeat the terminal's Ctrl-C to their
 * child, and a second one must not cut the cleanup short. What the cleanup does is bounded.
 */
export function listenForTermination(): Termination {
  const controller = new AbortController();
  let received: TerminationSignal | null = null;
  const receive = (signal: NodeJS.Signals) => {
    received ??= SIGNALS.find((name) => name === signal) ?? null;
    controller.abort();
  };
  for (const signal of SIGNALS) process.on(signal, receive);
  return {
    signal: controller.signal,
    get received() {
      return received;
    },
    [Symbol.dispose]() {
      for (const signal of SIGNALS) process.off(signal, receive);
    },
  };
}
