import { printableText } from "@assay/sandbox-host";
import { NEXT_PROBLEM } from "../errors.ts";
import { adviceFor } from "../report/advice.ts";
import type { ReportError } from "../report/schema.ts";
import type { CommandIo } from "./command-io.ts";

/** Tells people on standard error why nothing ran. */
export function showFailure(error: ReportError | null, { stderr }: CommandIo): void {
  if (error === null) return;
  const lines = error.message.split(NEXT_PROBLEM).map(printableText).join(NEXT_PROBLEM);
  const advice = adviceFor(error.code);
  stderr.write(`assay: ${lines}\n${advice === null ? "" : `${advice}\n`}`);
}

/** Where an error comes from, for ASSAY_DEBUG. Only its first line begins at the margin: what is quoted in it cannot pass for one of ours. */
export function printableStack(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return stack.split("\n").map(printableText).join("\n  ");
}
