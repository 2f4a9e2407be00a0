import { SandboxHostError } from "./errors.ts";

/** Lets one thing of a host happen at a time. */
export interface CallGate {
  /**
   * Runs `work` when nothing else is running; it is over when the value, or the promise, that it returns has settled.
   *
   * @throws {SandboxHostError} `CALL_IN_PROGRESS` or `HOST_CLOSED`; `work` was not started.
   */
  enter<T>(name: string, work: () => T | Promise<T>): T | Promise<T>;
  /** Waits for what is running, then runs `work` while everything else is refused. Several of these run one after the other. */
  exclusive(name: string, work: () => Promise<void>): Promise<void>;
  /**
   * Says whether something that may go on beside a call can start now.
   *
   * @throws {SandboxHostError} `CALL_IN_PROGRESS` while an `exclusive` waits or runs; `HOST_CLOSED`.
   */
  check(name: string): void;
  /** From now on `enter` and `check` fail with `HOST_CLOSED`. */
  close(): void;
}

/** A gate that is open and has nothing running. */
export function createCallGate(): CallGate {
  let running: { readonly name: string; readonly over: Promise<unknown> } | null = null;
  let exclusives: readonly string[] = [];
  let lastExclusive: Promise<unknown> = Promise.resolve();
  let closed = false;

  function check(called: string): void {
    if (closed) throw new SandboxHostError({ code: "HOST_CLOSED", called });
    const [exclusive] = exclusives;
    if (exclusive !== undefined) {
      throw new SandboxHostError({ code: "CALL_IN_PROGRESS", called, running: exclusive });
    }
  }

  return {
    check,
    enter(called, work) {
      check(called);
      if (running !== null) {
        throw new SandboxHostError({ code: "CALL_IN_PROGRESS", called, running: running.name });
      }
      const result = work();
      if (!(result instanceof Promise)) return result;
      const over = result.finally(() => {
        running = null;
      });
      running = { name: called, over };
      return over;
    },
    exclusive(name, work) {
      exclusives = [...exclusives, name];
      const result = Promise.allSettled([lastExclusive, running?.over])
        .then(work)
        .finally(() => {
          exclusives = exclusives.slice(1);
        });
      lastExclusive = result;
      return result;
    },
    close() {
      closed = true;
    },
  };
}
