import { bincode } from "../bincode/builders.ts";

const { bool, bytes, i64, option, string, struct } = bincode;

/** What `evaluate` and `validate` are given; the same at both levels. */
export const evaluationInput = struct({
  agentData: bytes,
  challengeId: string,
  params: bytes,
  taskDefinition: option(bytes),
  environmentConfig: option(bytes),
});

/** What `evaluate` returns; `details` came with head. */
export const evaluationOutput = {
  head: struct({ score: i64, valid: bool, message: string, metrics: option(bytes), details: option(bytes) }),
  pr33: struct({ score: i64, valid: bool, message: string, metrics: option(bytes) }),
} as const;
