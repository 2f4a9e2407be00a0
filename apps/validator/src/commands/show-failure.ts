import { printableText } from "@assay/sandbox-host";
import { adviceFor } from "../report/advice.ts";
import type { ReportError } from "../report/schema.ts";
import type { CommandIo } from "./command-io.ts";

/** Tells people on standard error why nothing ran. */
export function showFailure(error: ReportError | null, { stderr }: CommandIo): void {
  if (error === null) return;
  const lines = error.message.split("\n").map(printableText).join("\n");
  const advice = adviceFor(error.code);
  stderr.write(`assay: ${lines}\n${advice === null ? "" : `${advice}\n`}`);
}
