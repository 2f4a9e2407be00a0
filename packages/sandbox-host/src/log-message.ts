import { defineHostFunction, type HostFunction, logLevelName, PLATFORM_SANDBOX } from "@assay/host-interface";
import { callerOf, type HostContext } from "./context.ts";
import { writeLogLine } from "./write-log-line.ts";

/** A guest can point outside its memory without end; the first few times tell the story. */
const MAX_UNREADABLE_WARNINGS = 10;

/**
 * `log_message(level, text)`: one line in the host's log, and one `LogRecord`, with the severity that the number means at the guest's
 * ABI level; see `writeLogLine` for what becomes of its text.
 *
 * Text that could not be read from the guest's memory is a warning in the log and no line; the guest is told nothing, as by the
 * original.
 */
export function createLogMessage(context: HostContext): HostFunction {
  return defineHostFunction(PLATFORM_SANDBOX, "log_message", (call) => {
    const [levelCode, text] = call.arguments;
    const { logger } = context;
    const { counters } = context.state;
    const caller = callerOf(context, call);
    if (text.ok) {
      const level = logLevelName(call.abi, levelCode);
      writeLogLine(context, { level, text: text.bytes, droppedBytes: 0, caller, source: "guest" });
      return {};
    }
    counters.logUnreadable += 1;
    if (counters.logUnreadable <= MAX_UNREADABLE_WARNINGS) {
      const facts = { ...caller, source: "guest", fault: text.fault, bytes: text.length };
      logger.warn(facts, "unreadable log line");
    }
    return {};
  });
}
