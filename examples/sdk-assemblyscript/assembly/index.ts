export { abort } from "./abort";
export { Answer, Command, Outcome, exec } from "./command";
export { EvaluationInput, EvaluationOutput, FULL_SCORE } from "./evaluation";
export { LogLevel, log } from "./log";
export { alloc, allocate } from "./memory";
export { bytesOf, firstLine, quote, sameBytes, textOf } from "./text";
export { now } from "./time";
