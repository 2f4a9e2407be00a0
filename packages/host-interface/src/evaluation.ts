import type { AbiLevel } from "./abi.ts";
import { type DecodeOptions, decode } from "./bincode/decode.ts";
import { encode } from "./bincode/encode.ts";
import { evaluationInput, evaluationOutput } from "./messages/evaluation.ts";

/** What a guest is asked to evaluate or to validate; the same at every level. */
export interface EvaluationInput {
  /** The submission. */
  readonly agentData: Uint8Array;
  readonly challengeId: string;
  /** Parameters in a form that host and challenge agree on, JSON by habit; empty for none. */
  readonly params: Uint8Array;
  readonly taskDefinition: Uint8Array | null;
  readonly environmentConfig: Uint8Array | null;
}

/** A guest's verdict, whatever the level. */
export interface EvaluationOutput {
  /** On the challenge's own scale; in the original 10 000 stands for 1 at head, and 100 at pr33. */
  readonly score: bigint;
  readonly valid: boolean;
  readonly message: string;
  readonly metrics: Uint8Array | null;
  /** Always `null` at pr33. */
  readonly details: Uint8Array | null;
}

/**
 * Writes an input for a guest of any level.
 *
 * @throws {HostInterfaceError} `VALUE_NOT_ENCODABLE`: a lone surrogate in `challengeId`.
 */
export function encodeEvaluationInput(input: EvaluationInput): Uint8Array {
  return encode(evaluationInput, input);
}

/**
 * Reads an input as a guest does.
 *
 * @throws {BincodeError} the bytes are no input.
 */
export function decodeEvaluationInput(bytes: Uint8Array, options?: DecodeOptions): EvaluationInput {
  return decode(evaluationInput, bytes, options);
}

/**
 * Writes a verdict as a guest does. pr33 has no field for `details`: they are left out.
 *
 * @throws {HostInterfaceError} `VALUE_NOT_ENCODABLE`: a score beyond 64 bits, or a lone surrogate in `message`.
 */
export function encodeEvaluationOutput(level: AbiLevel, output: EvaluationOutput): Uint8Array {
  return level === "head" ? encode(evaluationOutput.head, output) : encode(evaluationOutput.pr33, output);
}

/**
 * Reads a guest's verdict. Head bytes decode at pr33, without their details; pr33 bytes do not decode at head.
 *
 * @throws {BincodeError} the bytes are no verdict of this level.
 */
export function decodeEvaluationOutput(
  level: AbiLevel,
  bytes: Uint8Array,
  options?: DecodeOptions,
): EvaluationOutput {
  if (level === "head") return decode(evaluationOutput.head, bytes, options);
  return { ...decode(evaluationOutput.pr33, bytes, options), details: null };
}
