import { defineHostFunction, type HostFunction, logLevelName, PLATFORM_SANDBOX } from "@assay/host-interface";
import { callerOf, type HostContext } from "./context.ts";
import { printableText } from "./printable-text.ts";

/** The longest log line, in bytes of the guest's text; the budget of the evaluation may leave less. */
export const MAX_LOG_LINE_BYTES = 8192;

/** A guest can point outside its memory without end; the first few times tell the story. */
const MAX_UNREADABLE_WARNINGS = 10;

/**
 * `log_message(level, text)`: one line in the host's log, and one `LogRecord`, with the severity that the number means at the guest's
 * ABI level.
 *
 * The text is lossy UTF-8, cut to `MAX_LOG_LINE_BYTES` and to what `maxLogBytes` has left, then escaped. Past `maxLogLines` or
 * `maxLogBytes` a line is only counted; the log says so once. Text that could not be read from the guest's memory is a warning in the
 * log and no line; the guest is told nothing, as by the original.
 */
export function createLogMessage(context: HostContext): HostFunction {
  return defineHostFunction(PLATFORM_SANDBOX, "log_message", (call) => {
    const [levelCode, text] = call.arguments;
    const { logger, policy } = context;
    const { counters, spent, logs } = context.state;
    const { maxLogLines, maxLogBytes } = policy.policy.budget;
    const caller = { ...callerOf(context, call), source: "guest" };

    if (!text.ok) {
      counters.logUnreadable += 1;
      if (counters.logUnreadable <= MAX_UNREADABLE_WARNINGS) {
        logger.warn({ ...caller, fault: text.fault, bytes: text.length }, "unreadable log line");
      }
      return {};
    }
    if (spent.logLines >= maxLogLines || spent.logBytes >= maxLogBytes) {
      counters.logDropped += 1;
      if (counters.logDropped === 1) {
        logger.warn({ ...caller, maxLogLines, maxLogBytes }, "log budget used up, further lines are dropped");
      }
      return {};
    }
    const level = logLevelName(call.abi, levelCode);
    const kept = wholeCharacters(text.bytes, Math.min(MAX_LOG_LINE_BYTES, maxLogBytes - spent.logBytes));
    const droppedBytes = text.bytes.length - kept.length;
    const message = printableText(new TextDecoder("utf-8", { ignoreBOM: true }).decode(kept));
    spent.logLines += 1;
    spent.logBytes += kept.length;
    counters.logLines += 1;
    counters.logBytes += kept.length;
    logs.push({ level, message, droppedBytes });
    logger[level](droppedBytes === 0 ? caller : { ...caller, droppedBytes }, message);
    return {};
  });
}

/** The first `maxBytes` bytes, less the beginning of a UTF-8 character that would be cut in two. */
function wholeCharacters(bytes: Uint8Array, maxBytes: number): Uint8Array {
  if (bytes.length <= maxBytes) return bytes;
  let end = maxBytes;
  // A character has at most three continuation bytes, 10xxxxxx; more of them in a row are no character.
  while (end > 0 && end > maxBytes - 3 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end);
}
