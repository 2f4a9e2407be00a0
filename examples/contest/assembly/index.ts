// A programming contest. The submission is a program for sh or awk; it is run on every case of cases.ts, and the
// score is the share of cases that it gets right.

import {
  Answer, Command, EvaluationInput, EvaluationOutput, FULL_SCORE, LogLevel, Outcome,
  bytesOf, exec, firstLine, log, quote, sameBytes, textOf,
} from "@assay/sdk-assemblyscript/assembly";
import { Case, cases } from "./cases";

export { alloc, allocate } from "@assay/sdk-assemblyscript/assembly";

const TIME_LIMIT_MS: u64 = 1000;

// The program travels as one argument, and Linux takes no argument of 128 KiB.
const MAX_PROGRAM_BYTES = 64 * 1024;

/** Judges a submission. The params, if any, are the percentage of cases to pass, in digits; 100 without them. */
export function evaluate(pointer: usize, length: i32): i64 {
  const input = EvaluationInput.receive(pointer, length);
  if (!input) return EvaluationOutput.invalid("the input does not decode").pack();
  return judge(input).pack();
}

/** Is this a submission at all? Runs nothing. */
export function validate(pointer: usize, length: i32): i32 {
  const input = EvaluationInput.receive(pointer, length);
  return input && isSubmission(input.agentData) ? 1 : 0;
}

function judge(input: EvaluationInput): EvaluationOutput {
  if (!isSubmission(input.agentData)) {
    return EvaluationOutput.invalid("a submission starts with #!/bin/sh or #!/usr/bin/awk -f and has at most 64 KiB");
  }
  const percentToPass = input.params.length ? I32.parseInt(textOf(input.params)) : 100;
  if (percentToPass < 1 || percentToPass > 100) {
    return EvaluationOutput.invalid("params must be the percentage of cases to pass, from 1 to 100");
  }

  const program = textOf(input.agentData);
  const all = cases();
  const metrics: string[] = [];
  const failures: string[] = [];
  for (let i = 0; i < all.length; i++) {
    const name = quote(all[i].name);
    const answer = run(program, all[i].input);
    const reason = whyWrong(answer, all[i].expected);
    if (reason) {
      log(LogLevel.Warning, all[i].name + ": " + reason);
      failures.push(`{"case":${name},"reason":${quote(reason)}}`);
    }
    metrics.push(`{"case":${name},"passed":${!reason},"durationMs":${answer.durationMs}}`);
  }

  const passed = all.length - failures.length;
  const score = (FULL_SCORE * passed) / all.length;
  const valid = 100 * passed >= percentToPass * all.length;
  const output = new EvaluationOutput(score, valid, `${passed} of ${all.length} cases passed`);
  output.metrics = bytesOf("[" + metrics.join(",") + "]");
  output.details = bytesOf(`{"interpreter":${quote(interpreterOf(program))},"failures":[${failures.join(",")}]}`);
  return output;
}

function isSubmission(program: Uint8Array): bool {
  return program.length <= MAX_PROGRAM_BYTES && interpreterOf(textOf(program)) != "";
}

/** The program that the first line asks for; "" for any that this contest does not take. */
function interpreterOf(program: string): string {
  const line = firstLine(program);
  if (line == "#!/bin/sh") return "sh";
  if (line == "#!/usr/bin/awk -f") return "awk";
  return "";
}

/** `sh -c PROGRAM` or `awk PROGRAM`, with the case on standard input. Its first line is a comment to both. */
function run(program: string, input: string): Answer {
  const interpreter = interpreterOf(program);
  const command = new Command(interpreter, interpreter == "sh" ? ["-c", program] : [program]);
  command.stdin = bytesOf(input);
  command.timeoutMs = TIME_LIMIT_MS;
  return exec(command);
}

/** Why the answer does not pass; null when it does. Newlines at the end of the output do not count. */
function whyWrong(answer: Answer, expected: string): string | null {
  if (answer.outcome != Outcome.Exited) return answer.reason;
  if (answer.exitCode != 0) return `exit code ${answer.exitCode}: ${firstLine(textOf(answer.stderr))}`;
  const printed = withoutFinalNewlines(answer.stdout);
  if (sameBytes(printed, bytesOf(expected))) return null;
  return `expected ${quote(expected)}, got ${quote(textOf(printed.subarray(0, 80)))}`;
}

function withoutFinalNewlines(output: Uint8Array): Uint8Array {
  let end = output.length;
  while (end > 0 && output[end - 1] == 0x0a) end--;
  return output.subarray(0, end);
}
