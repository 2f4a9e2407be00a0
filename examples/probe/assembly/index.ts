// A probe. It asks for things that probe.policy.json allows and for things that it denies, and reports what each
// answer looks like from inside. The verdict is valid when every single answer is the one that the policy promises.

import {
  Answer, EvaluationInput, EvaluationOutput, FULL_SCORE, LogLevel, Outcome,
  bytesOf, exec, firstLine, log, quote, textOf,
} from "@assay/sdk-assemblyscript/assembly";
import { Expected, Question, questions } from "./questions";

export { alloc, allocate } from "@assay/sdk-assemblyscript/assembly";

export function evaluate(pointer: usize, length: i32): i64 {
  const all = questions();
  const details: string[] = [];
  let surprises = 0;
  for (let i = 0; i < all.length; i++) {
    const answer = exec(all[i].command);
    const expected = isExpected(all[i], answer);
    if (!expected) surprises++;
    log(expected ? LogLevel.Info : LogLevel.Error, `${all[i].title} -> ${inWords(answer)}`);
    details.push(`{"asked":${quote(all[i].title)},"answer":${quote(inWords(answer))},"expected":${expected}}`);
  }

  const asPromised = all.length - surprises;
  const message = `${asPromised} of ${all.length} answers are what the policy promises`;
  const output = new EvaluationOutput((FULL_SCORE * asPromised) / all.length, surprises == 0, message);
  output.details = bytesOf("[" + details.join(",") + "]");
  return output.pack();
}

/** The probe judges the sandbox and not the submission, so any input will do. */
export function validate(pointer: usize, length: i32): i32 {
  return EvaluationInput.receive(pointer, length) ? 1 : 0;
}

function isExpected(question: Question, answer: Answer): bool {
  switch (question.expected) {
    case Expected.Works: return answer.outcome == Outcome.Exited && answer.exitCode == 0;
    case Expected.Fails: return answer.outcome == Outcome.Exited && answer.exitCode != 0;
    case Expected.TimesOut: return answer.outcome == Outcome.TimedOut;
    case Expected.ProgramDenied: return answer.outcome == Outcome.NotAllowed;
    case Expected.RequestDenied: return answer.outcome == Outcome.Failed && answer.reason.startsWith("policy: ");
  }
  return false;
}

function inWords(answer: Answer): string {
  if (answer.outcome != Outcome.Exited) return answer.reason;
  const output = answer.stdout.length ? answer.stdout : answer.stderr;
  return `exit code ${answer.exitCode}: ${firstLine(textOf(output))}`;
}
