import type { AbiLevel, CallerIdentity, HostCall, HostFunction, HostReply } from "@assay/host-interface";
import { WasmRuntimeError } from "./errors.ts";
import { type CheckedReply, checkReply } from "./host-reply.ts";
import type { HostCallReport } from "./protocol.ts";
import { settleWithin } from "./settle-within.ts";

/** Runs the host functions of one guest, one at a time: a guest waits for each answer. */
export interface HostCallRunner {
  /**
   * Whether the guest can be run again from the beginning of its call. The handlers of the calls it has made are not run
   * again then: it gets the answers that it got.
   */
  readonly repeatable: boolean;
  /** A call of the guest begins. */
  begin(): void;
  /** The same call begins again. */
  repeat(): void;
  /**
   * Runs the handler of a call.
   *
   * @throws {WasmRuntimeError} `HOST_FUNCTION_FAILED`: it threw (`cause`), or its reply does not fit. `THREAD_FAILED`: no
   *   such function was linked, or the guest took another course when it was run again.
   */
  run(call: HostCallReport): Promise<CheckedReply>;
  /**
   * Tells a handler that still runs that its guest has ended, and waits for it.
   *
   * @throws {WasmRuntimeError} `HANDLER_NOT_SETTLED`: it went on for longer than `graceMs`.
   */
  finish(graceMs: number): Promise<void>;
}

interface RunningHandler {
  readonly hostFunction: HostFunction;
  readonly guestEnded: AbortController;
  readonly settled: Promise<unknown>;
}

/** A call that was made, by where in its own course the guest made it. */
interface AnsweredCall {
  readonly functionIndex: number;
  readonly fuelUsed: number;
  readonly reply: Promise<CheckedReply>;
}

/** Answers that are kept for a guest that may have to be run again. Beyond that it cannot be. */
const MAX_KEPT_CALLS = 10_000;
const MAX_KEPT_BYTES = 4 * 1024 * 1024;

export function createHostCallRunner(
  functions: readonly HostFunction[],
  abi: AbiLevel,
  caller: CallerIdentity,
): HostCallRunner {
  let running: RunningHandler | null = null;
  let kept: AnsweredCall[] = [];
  let keptBytes = 0;
  let repeatable = true;
  /** How many of the kept calls the guest has made since it was last begun. */
  let made = 0;

  function functionAt(functionIndex: number): HostFunction {
    const hostFunction = functions[functionIndex];
    if (hostFunction !== undefined) return hostFunction;
    throw new WasmRuntimeError({ code: "THREAD_FAILED", detail: `a call of host function ${functionIndex}` });
  }

  async function runHandler(hostFunction: HostFunction, call: HostCallReport): Promise<CheckedReply> {
    const { module, name } = hostFunction;
    const guestEnded = new AbortController();
    const { signal } = guestEnded;
    const { arguments: args, fuelUsed } = call;
    const reply = handle(hostFunction, { module, name, arguments: args, abi, caller, fuelUsed, signal });
    running = { hostFunction, guestEnded, settled: reply.catch(() => {}) };
    try {
      const settled = await reply.catch(throwAsFailed(hostFunction));
      return checkReply(hostFunction, args, settled);
    } finally {
      running = null;
    }
  }

  function keep({ functionIndex, fuelUsed }: HostCallReport, reply: Promise<CheckedReply>): void {
    made += 1;
    if (!repeatable) {
      kept = [];
      return;
    }
    kept.push({ functionIndex, fuelUsed, reply });
    if (kept.length > MAX_KEPT_CALLS) forget();
    void reply.then(
      ({ write }) => {
        keptBytes += write?.byteLength ?? 0;
        if (keptBytes > MAX_KEPT_BYTES) forget();
      },
      () => {},
    );
  }

  /** A guest that is being run again still gets the answers that it got. */
  function forget(): void {
    repeatable = false;
    if (made >= kept.length) kept = [];
  }

  /** The answer to a call that the guest has made before, or `null` when it is a new one. */
  function findKept(call: HostCallReport): Promise<CheckedReply> | null {
    const before = kept[made];
    if (before === undefined) return null;
    made += 1;
    if (before.functionIndex === call.functionIndex && before.fuelUsed === call.fuelUsed) return before.reply;
    throw new WasmRuntimeError({
      code: "THREAD_FAILED",
      detail: "the guest lost its thread to another one, and took another course when it was run again",
    });
  }

  return {
    get repeatable() {
      return repeatable;
    },
    begin() {
      kept = [];
      keptBytes = 0;
      made = 0;
      repeatable = true;
    },
    repeat() {
      made = 0;
    },
    async run(call) {
      const before = findKept(call);
      if (before !== null) return before;
      const hostFunction = functionAt(call.functionIndex);
      const reply = runHandler(hostFunction, call);
      keep(call, reply);
      return reply;
    },
    async finish(graceMs) {
      if (running === null) return;
      const { hostFunction, guestEnded, settled } = running;
      const { module, name } = hostFunction;
      guestEnded.abort();
      await settleWithin(settled, graceMs, { code: "HANDLER_NOT_SETTLED", module, name, graceMs });
    },
  };
}

/** What the handler throws arrives like what it rejects with. */
async function handle(hostFunction: HostFunction, call: HostCall): Promise<HostReply> {
  return hostFunction.handle(call);
}

function throwAsFailed({ module, name }: HostFunction): (thrown: unknown) => never {
  return (cause) => {
    throw new WasmRuntimeError({ code: "HOST_FUNCTION_FAILED", module, name, fault: "threw" }, { cause });
  };
}
