import { readFileSync } from "node:fs";
import {
  decodeEvaluationOutput,
  decodeSandboxExecRequest,
  type EvaluationOutput,
  encodeEvaluationInput,
  encodeSandboxExecAnswer,
  type SandboxExecAnswer,
  type SandboxExecRequest,
  unpackPointer,
} from "@assay/host-interface";

/** JavaScript Promise Integration, as far as we need it; TypeScript does not know it yet. */
const { Suspending, promising } = WebAssembly as unknown as {
  Suspending: new (call: (...values: number[]) => Promise<number>) => WebAssembly.ImportValue;
  promising(call: unknown): (pointer: number, length: number) => Promise<bigint>;
};

interface GuestExports {
  readonly memory: WebAssembly.Memory;
  readonly evaluate: unknown;
  allocate(size: number, align: number): number;
  validate(pointer: number, length: number): number;
}

/** What one guest did with one submission. */
export interface Evaluation {
  readonly isSubmission: boolean;
  readonly output: EvaluationOutput;
  readonly logs: readonly string[];
  /** The size of its memory at the end. */
  readonly memoryBytes: number;
  /** How often it called `sandbox_exec`: more often than it had commands when an answer did not fit at first. */
  readonly calls: number;
}

export interface Script {
  readonly submission: string | Uint8Array;
  readonly params?: string;
  /** Called once for each command. */
  answer(request: SandboxExecRequest): SandboxExecAnswer;
}

/** A module of the examples, such as `contest/contest.wasm`. */
export function loadGuest(path: string): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(new URL(`../../${path}`, import.meta.url)));
}

/** Evaluates with a host that takes every answer from the script, and runs nothing. */
export async function evaluate(guest: WebAssembly.Module, script: Script): Promise<Evaluation> {
  const logs: string[] = [];
  let calls = 0;
  let kept: Uint8Array | null = null;

  const sandboxExec = async (request = 0, requestLength = 0, buffer = 0, capacity = 0) => {
    calls++;
    const encoded =
      kept ??
      encodeSandboxExecAnswer(
        "head",
        script.answer(decodeSandboxExecRequest("head", bytesAt(request, requestLength))),
      );
    await Promise.resolve();
    kept = encoded.length > capacity ? encoded : null;
    if (kept !== null) return -encoded.length;
    bytesAt(buffer, encoded.length).set(encoded);
    return encoded.length;
  };
  const imports = {
    platform_sandbox: {
      sandbox_exec: new Suspending(sandboxExec),
      get_timestamp: () => 1_700_000_000_000n,
      log_message: (_level: number, text: number, length: number) => {
        logs.push(Buffer.from(bytesAt(text, length)).toString());
      },
    },
  };
  const { exports } = new WebAssembly.Instance(guest, imports) as unknown as { exports: GuestExports };
  const bytesAt = (pointer: number, length: number) =>
    new Uint8Array(exports.memory.buffer, pointer >>> 0, length >>> 0);

  const input = encodeEvaluationInput({
    agentData: Buffer.from(script.submission),
    challengeId: "test",
    params: Buffer.from(script.params ?? ""),
    taskDefinition: null,
    environmentConfig: null,
  });
  const pointer = exports.allocate(input.length, 1);
  bytesAt(pointer, input.length).set(input);
  const isSubmission = exports.validate(pointer, input.length) !== 0;
  const result = unpackPointer(await promising(exports.evaluate)(pointer, input.length));
  const output = decodeEvaluationOutput("head", bytesAt(result.pointer, result.length).slice());
  return { isSubmission, output, logs, memoryBytes: exports.memory.buffer.byteLength, calls };
}
