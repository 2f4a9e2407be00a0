import {
  answerFor,
  defineHostFunction,
  encodeSandboxExecAnswer,
  type GuestBuffer,
  type HostFunction,
  INVALID_BUFFER,
  PLATFORM_SANDBOX,
} from "@assay/host-interface";
import { answerRequest } from "./answer-request.ts";
import type { HostContext } from "./context.ts";
import { addCommandRecord, type EvaluationState } from "./state.ts";

/**
 * `sandbox_exec(request, buffer) -> i32`, suspending: decodes, decides, runs and encodes, in the order of the original, and answers by
 * its "status or length". Denials, timeouts and failed commands are values inside the answer.
 *
 * Two things differ from the original, both about the guest's buffer:
 *
 * - A buffer outside the guest's memory is -1 before anything else: no command runs for an answer that cannot be delivered. (The
 *   original runs it first, and may then name a size that no buffer at that place could have.)
 * - An answer that does not fit is kept beside the `-needed`. If the request of the next call is the same to the byte, that call gets
 *   the kept answer, or `-needed` once more while its buffer is too small: the command does not run again and no budget is charged.
 *   Delivery, any other request, and a reset drop what is kept.
 *
 * The handler rejects with a `ProcessExecutorError`, or a `SandboxHostError` `EXECUTOR_FAILED`, when this host cannot run commands.
 */
export function createSandboxExec(context: HostContext): HostFunction {
  return defineHostFunction(PLATFORM_SANDBOX, "sandbox_exec", async (call) => {
    const [request, buffer] = call.arguments;
    const { state } = context;
    if (state.failure !== null) throw state.failure;
    state.counters.requested += 1;
    if (!buffer.inBounds) {
      state.counters.undeliverable += 1;
      return { value: INVALID_BUFFER };
    }
    if (!request.ok) {
      state.counters.unreadable += 1;
      state.keptReply.forget();
      addCommandRecord(state, { outcome: "unreadable", text: request.fault });
      const error = { kind: "memory-error", text: request.fault } as const;
      return fit(state, buffer, encodeSandboxExecAnswer(call.abi, { ok: false, error }));
    }
    const kept = state.keptReply.find(call.abi, request.bytes);
    if (kept !== null) {
      state.counters.retried += 1;
      const reply = fit(state, buffer, kept);
      if (reply.write === undefined) return reply;
      state.keptReply.forget();
      state.counters.repliesServedFromKept += 1;
      return reply;
    }
    state.keptReply.forget();
    const encoded = encodeSandboxExecAnswer(call.abi, await answerRequest(context, call, request.bytes));
    const reply = fit(state, buffer, encoded);
    if (reply.write !== undefined) return reply;
    state.counters.repliesTooLarge += 1;
    if (state.keptReply.keep(call.abi, request.bytes, encoded)) state.counters.repliesKept += 1;
    return reply;
  });
}

function fit(
  state: EvaluationState,
  buffer: GuestBuffer,
  encoded: Uint8Array,
): { readonly value: number; readonly write?: Uint8Array } {
  const { value, write } = answerFor(buffer, encoded);
  if (write === undefined) return { value: Number(value) };
  state.counters.repliesDelivered += 1;
  return { value: Number(value), write };
}
