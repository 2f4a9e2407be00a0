import { Reader, Writer } from "./bincode";
import { handedOver, received } from "./memory";

/** The score that stands for 1.0. */
export const FULL_SCORE: i64 = 10_000;

/** What a challenge is asked to judge. */
export class EvaluationInput {
  constructor(
    /** The submission. */
    public agentData: Uint8Array,
    public challengeId: string,
    /** Settings for this evaluation, in whatever form the challenge defines; empty when there are none. */
    public params: Uint8Array,
    public taskDefinition: Uint8Array | null,
    public environmentConfig: Uint8Array | null,
  ) {}

  /** Reads the arguments of `evaluate` and `validate`; null when they are no input. */
  static receive(pointer: usize, length: i32): EvaluationInput | null {
    const reader = new Reader(received(pointer, length));
    const agentData = reader.bytes();
    const challengeId = reader.string();
    const params = reader.bytes();
    const taskDefinition = reader.optionalBytes();
    const environmentConfig = reader.optionalBytes();
    if (reader.failed) return null;
    return new EvaluationInput(agentData, challengeId, params, taskDefinition, environmentConfig);
  }
}

/** The verdict. */
export class EvaluationOutput {
  /** Numbers for machines, if any. */
  metrics: Uint8Array | null = null;
  /** What a person would want to know beyond the message, if anything. */
  details: Uint8Array | null = null;

  constructor(
    /** From 0 to FULL_SCORE. */
    public score: i64,
    public valid: bool,
    public message: string,
  ) {}

  /** The verdict on something that could not be judged. */
  static invalid(message: string): EvaluationOutput {
    return new EvaluationOutput(0, false, message);
  }

  /** The result of `evaluate`. */
  pack(): i64 {
    const writer = new Writer();
    writer.i64(this.score);
    writer.bool(this.valid);
    writer.string(this.message);
    writer.optionalBytes(this.metrics);
    writer.optionalBytes(this.details);
    return handedOver(writer.message());
  }
}
