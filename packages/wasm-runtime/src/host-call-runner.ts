import type {
  AbiLevel,
  CallerIdentity,
  HostCall,
  HostFunction,
  HostFunctionKind,
  HostReply,
} from "@assay/host-interface";
import { WasmRuntimeError } from "./errors.ts";
import { type CheckedReply, checkReply } from "./host-reply.ts";
import type { HostCallReport } from "./protocol.ts";
import { settleWithin } from "./settle-within.ts";

/** A reply, and how it gets back to the guest. */
export interface AnsweredCall {
  readonly kind: HostFunctionKind;
  readonly reply: CheckedReply;
}

/** Runs the host functions of one guest, one at a time: a guest waits for each answer. */
export interface HostCallRunner {
  /**
   * Runs the handler of a call.
   *
   * @throws {WasmRuntimeError} `HOST_FUNCTION_FAILED`: it threw (`cause`), or its reply does not fit. `THREAD_FAILED`: no
   *   such function was linked.
   */
  run(call: HostCallReport): Promise<AnsweredCall>;
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

export function createHostCallRunner(
  functions: readonly HostFunction[],
  abi: AbiLevel,
  caller: CallerIdentity,
): HostCallRunner {
  let running: RunningHandler | null = null;

  function functionAt(functionIndex: number): HostFunction {
    const hostFunction = functions[functionIndex];
    if (hostFunction !== undefined) return hostFunction;
    throw new WasmRuntimeError({ code: "THREAD_FAILED", detail: `a call of host function ${functionIndex}` });
  }

  return {
    async run(call) {
      const hostFunction = functionAt(call.functionIndex);
      const { module, name, signature } = hostFunction;
      const guestEnded = new AbortController();
      const { signal } = guestEnded;
      const { arguments: args, fuelUsed } = call;
      const reply = handle(hostFunction, { module, name, arguments: args, abi, caller, fuelUsed, signal });
      running = { hostFunction, guestEnded, settled: reply.catch(() => {}) };
      try {
        const settled = await reply.catch(throwAsFailed(hostFunction));
        return { kind: signature.kind, reply: checkReply(hostFunction, args, settled) };
      } finally {
        running = null;
      }
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
