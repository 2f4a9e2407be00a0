import type { SandboxExecFailure } from "@assay/host-interface";
import { type DenyReason, explainReason } from "@assay/sandbox-policy";
import { shortPrintableText } from "./printable-text.ts";

const MAX_REASONS = 8;
const MAX_REASON_CHARACTERS = 400;

/**
 * What each reason for denial looks like to a guest.
 *
 * - `command-not-allowed`: the program itself is refused. The guest gets its own `command` back and nothing else, as from the
 *   original, whatever the reason is: the texts of these reasons may name files of the host.
 * - `execution-failed`: the program may run, but not like this. The guest gets `policy: ` and the reasons as sentences.
 *
 * The original knows only the first of the two. A guest that is refused for both gets the first.
 */
export const WIRE_ERROR_OF_REASON = {
  PROGRAM_MALFORMED: "command-not-allowed",
  PROGRAM_NOT_LISTED: "command-not-allowed",
  PROGRAM_BLOCKED: "command-not-allowed",
  REQUEST_MALFORMED: "execution-failed",
  ARGUMENTS_TOO_MANY: "execution-failed",
  ARGUMENTS_TOO_LARGE: "execution-failed",
  ARGUMENT_TOO_LONG: "execution-failed",
  ARGUMENT_MALFORMED: "execution-failed",
  ENV_TOO_MANY: "execution-failed",
  ENV_TOO_LARGE: "execution-failed",
  ENV_NAME_MALFORMED: "execution-failed",
  ENV_DUPLICATE: "execution-failed",
  ENV_NOT_ALLOWED: "execution-failed",
  ENV_DANGEROUS: "execution-failed",
  ENV_VALUE_PINNED: "execution-failed",
  ENV_VALUE_MALFORMED: "execution-failed",
  WORKING_DIRECTORY_REFUSED: "execution-failed",
  STDIN_TOO_LARGE: "execution-failed",
  BUDGET_EXHAUSTED: "execution-failed",
  CHECK_FAILED: "execution-failed",
} as const satisfies Record<DenyReason["code"], "command-not-allowed" | "execution-failed">;

/** The error value for a guest whose `command` was denied; see `WIRE_ERROR_OF_REASON`. */
export function denialForGuest(command: string, reasons: readonly DenyReason[]): SandboxExecFailure {
  if (reasons.some(({ code }) => WIRE_ERROR_OF_REASON[code] === "command-not-allowed")) {
    return { kind: "command-not-allowed", text: command };
  }
  const shown = reasons.slice(0, MAX_REASONS).map(sentenceForGuest);
  const omitted = reasons.length - shown.length;
  if (omitted > 0) shown.push(`and ${omitted} more`);
  return { kind: "execution-failed", text: `policy: ${shown.join("; ")}` };
}

function sentenceForGuest(reason: DenyReason): string {
  // What was spent is measured: told to a guest, it would be a clock.
  if (reason.code === "BUDGET_EXHAUSTED") {
    return `the evaluation has used up its budget: ${reason.budget} ${reason.maximum}`;
  }
  return shortPrintableText(explainReason(reason), MAX_REASON_CHARACTERS);
}
