import {
  type AbiLevel,
  BincodeError,
  decodeSandboxExecRequest,
  malformedSandboxExecRequest,
  type SandboxExecAnswer,
  type SandboxExecFailure,
  type SandboxExecRequest,
} from "@assay/host-interface";
import { type CommandRequest, type DenyReason, decide } from "@assay/sandbox-policy";
import { commandRequest } from "./command-request.ts";
import { callerOf, type ExecCall, type HostContext } from "./context.ts";
import { denialForGuest } from "./denial.ts";
import { shortPrintableText } from "./printable-text.ts";
import { deniedRecord, recordedCommand } from "./records.ts";
import { MAX_REFUSED_REQUESTS, maxRequestBytes } from "./request-limits.ts";
import { runPlan } from "./run-plan.ts";
import { addCommandRecord } from "./state.ts";

/**
 * Decode → decide → run: the answer to request bytes that were read, whatever they are. Neither the bytes of one request nor the number
 * of requests that are refused can keep the caller's thread busy: see `maxRequestBytes` and `MAX_REFUSED_REQUESTS`.
 */
export async function answerRequest(
  context: HostContext,
  call: ExecCall,
  bytes: Uint8Array,
): Promise<SandboxExecAnswer> {
  const { state, policy } = context;
  if (state.counters.malformed + state.counters.denied >= MAX_REFUSED_REQUESTS) {
    state.counters.ignored += 1;
    state.counters.recordsOmitted += 1;
    return { ok: false, error: TOO_MANY_REFUSED };
  }
  const decoded = decode(call.abi, bytes, maxRequestBytes(policy.policy.limits));
  if (!decoded.ok) {
    state.counters.malformed += 1;
    addCommandRecord(state, { outcome: "malformed", text: decoded.text });
    return decoded;
  }
  const request = commandRequest(decoded.request);
  const decision = decide(policy, request, state.spent);
  if (decision.outcome === "deny") return deny(context, call, request, decision.reasons);
  return await runPlan(context, call, { request, stdin: decoded.request.stdin, plan: decision.plan });
}

const TOO_MANY_REFUSED: SandboxExecFailure = {
  kind: "execution-failed",
  text: "policy: too many denied requests",
};

type Decoded =
  | { readonly ok: true; readonly request: SandboxExecRequest }
  | { readonly ok: false; readonly error: SandboxExecFailure; readonly text: string };

function decode(abi: AbiLevel, bytes: Uint8Array, maxMessageBytes: number): Decoded {
  if (bytes.length > maxMessageBytes) {
    const text = `policy: the request has ${bytes.length} bytes, and its limits leave room for ${maxMessageBytes}`;
    return { ok: false, error: { kind: "execution-failed", text }, text };
  }
  try {
    return { ok: true, request: decodeSandboxExecRequest(abi, bytes, { maxMessageBytes }) };
  } catch (error) {
    if (!(error instanceof BincodeError)) throw error;
    return { ok: false, error: malformedSandboxExecRequest(abi, error), text: error.message };
  }
}

function deny(
  context: HostContext,
  call: ExecCall,
  request: CommandRequest,
  reasons: readonly DenyReason[],
): SandboxExecAnswer {
  const { state, logger } = context;
  state.counters.denied += 1;
  const record = deniedRecord(recordedCommand(request.command, request.args), reasons);
  // Denials are free for a guest: no more of them are logged than recorded.
  if (addCommandRecord(state, record)) {
    const caller = callerOf(context, call);
    const codes = record.reasons.map(({ reason }) => reason.code);
    const program = shortPrintableText(record.program, 256);
    if (codes.includes("CHECK_FAILED")) logger.error({ ...caller, program, codes }, "a policy check failed");
    else logger.info({ ...caller, program, codes }, "command denied");
  }
  return { ok: false, error: denialForGuest(request.command, reasons) };
}
