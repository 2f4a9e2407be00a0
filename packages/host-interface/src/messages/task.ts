import { bincode } from "../bincode/builders.ts";

const { bool, bytes, f64, option, string, struct, u64, vec } = bincode;

/** A task of a challenge; `EvaluationInput.taskDefinition` holds one by habit. */
export const taskDefinition = {
  head: struct({
    taskId: string,
    description: string,
    command: string,
    expectedOutput: option(string),
    timeoutMs: u64,
    scoringCriteria: bytes,
  }),
  pr33: struct({
    taskId: string,
    description: string,
    expectedOutputHash: option(bytes),
    environmentConfig: bytes,
    scoringParams: bytes,
  }),
} as const;

/** What `get_tasks` returns; head only. */
export const taskDefinitions = vec(taskDefinition.head);

/** How one task went; head only. */
export const taskResult = struct({
  taskId: string,
  passed: bool,
  score: f64,
  output: option(string),
  metrics: option(bytes),
});
