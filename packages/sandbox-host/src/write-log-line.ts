import type { CallerIdentity, LogLevelName } from "@assay/host-interface";
import type { HostContext } from "./context.ts";
import { printableText } from "./printable-text.ts";

/** The longest log line, in bytes of the guest's text; the budget of the evaluation may leave less. */
export const MAX_LOG_LINE_BYTES = 8192;

/** A line of a guest, before it is cut and made printable. */
export interface GuestLine {
  readonly level: LogLevelName;
  readonly text: Uint8Array;
  /** How many more bytes the guest wrote in this line. */
  readonly droppedBytes: number;
  readonly caller: CallerIdentity;
  /** Where it was written, for the host's log. */
  readonly source: "guest" | "guest-stdout" | "guest-stderr";
}

/**
 * Writes one line to the host's log, and keeps it as a `LogRecord`: lossy UTF-8, cut to `MAX_LOG_LINE_BYTES` and to what
 * `maxLogBytes` has left, then escaped. Past `maxLogLines` or `maxLogBytes` a line is only counted; the log says so once.
 */
export function writeLogLine({ logger, policy, state }: HostContext, line: GuestLine): void {
  const { counters, spent, logs } = state;
  const { maxLogLines, maxLogBytes } = policy.policy.budget;
  const { level, text, source } = line;
  const caller = { ...line.caller, source };
  if (spent.logLines >= maxLogLines || spent.logBytes >= maxLogBytes) {
    counters.logDropped += 1;
    if (counters.logDropped === 1) {
      logger.warn({ ...caller, maxLogLines, maxLogBytes }, "log budget used up, further lines are dropped");
    }
    return;
  }
  const kept = wholeCharacters(text, Math.min(MAX_LOG_LINE_BYTES, maxLogBytes - spent.logBytes));
  const droppedBytes = text.length - kept.length + line.droppedBytes;
  const message = printableText(new TextDecoder("utf-8", { ignoreBOM: true }).decode(kept));
  spent.logLines += 1;
  spent.logBytes += kept.length;
  counters.logLines += 1;
  counters.logBytes += kept.length;
  logs.push({ level, message, droppedBytes });
  logger[level](droppedBytes === 0 ? caller : { ...caller, droppedBytes }, message);
}

/** The first `maxBytes` bytes, less the beginning of a UTF-8 character that would be cut in two. */
function wholeCharacters(bytes: Uint8Array, maxBytes: number): Uint8Array {
  if (bytes.length <= maxBytes) return bytes;
  let end = maxBytes;
  // A character has at most three continuation bytes, 10xxxxxx; more of them in a row are no character.
  while (end > 0 && end > maxBytes - 3 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end);
}
