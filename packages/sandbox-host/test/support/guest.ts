import {
  type AbiLevel,
  decodeSandboxExecAnswer,
  encodeSandboxExecRequest,
  type GuestBuffer,
  type GuestBytes,
  type HostArgument,
  type HostReply,
  type SandboxExecAnswer,
  type SandboxExecRequest,
} from "@assay/host-interface";
import type { SandboxHost } from "../../src/registrar.ts";

export const CALLER = {
  evaluationId: "evaluation-1",
  challengeId: "challenge-1",
  validatorId: "validator-1",
};

/** What a fake guest says beside the arguments of a call. */
export interface CallFacts {
  readonly abi?: AbiLevel;
  readonly fuelUsed?: number;
  readonly signal?: AbortSignal;
}

/** Calls a host function as the runtime does: through the registrar, with copies of the guest's bytes. */
export async function call(
  host: SandboxHost,
  name: string,
  args: readonly HostArgument[],
  { abi = "head", fuelUsed = 0, signal = new AbortController().signal }: CallFacts = {},
): Promise<HostReply> {
  const hostFunction = host.functions.find((candidate) => candidate.name === name);
  if (hostFunction === undefined) throw new Error(`no host function ${name}`);
  return await hostFunction.handle({
    module: hostFunction.module,
    name,
    arguments: args,
    abi,
    caller: CALLER,
    fuelUsed,
    signal,
  });
}

/** The bytes of a request; what is not said is absent. */
export function request(
  level: AbiLevel,
  facts: Partial<SandboxExecRequest> & { command: string },
): Uint8Array {
  const nothing = { args: [], env: [], workingDirectory: null, stdin: null, timeoutMs: null };
  return encodeSandboxExecRequest(level, { ...nothing, ...facts });
}

/** Bytes that the runtime could copy out of the guest. */
export function readable(bytes: Uint8Array): GuestBytes {
  return { ok: true, bytes };
}

/** A buffer inside the guest's memory. */
export function buffer(capacity = 0x7fff_ffff): GuestBuffer {
  return { pointer: 1024, capacity, inBounds: true };
}

/** `sandbox_exec` with request bytes and a buffer that is large enough, unless said otherwise. */
export async function execBytes(
  host: SandboxHost,
  bytes: Uint8Array,
  facts: CallFacts & { readonly capacity?: number } = {},
): Promise<HostReply> {
  return await call(host, "sandbox_exec", [readable(bytes), buffer(facts.capacity)], facts);
}

/** `sandbox_exec` for one request, with its answer decoded as a guest of that level decodes it. */
export async function exec(
  host: SandboxHost,
  facts: Partial<SandboxExecRequest> & { command: string },
  callFacts: CallFacts = {},
): Promise<SandboxExecAnswer> {
  const abi = callFacts.abi ?? "head";
  const reply = await execBytes(host, request(abi, facts), callFacts);
  if (reply.write === undefined) throw new Error(`no answer was written: ${reply.value}`);
  return decodeSandboxExecAnswer(abi, reply.write);
}

/** `log_message`. */
export async function log(
  host: SandboxHost,
  level: number,
  text: string | Uint8Array,
  facts: CallFacts = {},
): Promise<HostReply> {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  return await call(host, "log_message", [level, readable(bytes)], facts);
}
