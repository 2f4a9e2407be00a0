/**
 * What happened in one evaluation so far, as numbers. Each call of `sandbox_exec` that was not refused with an error is counted exactly
 * once in the first sum, and each outcome once in the second:
 *
 * - `requested = undeliverable + retried + unreadable + malformed + denied + ignored + approved`
 * - `finished = exited + timedOut + killed + outputLimited + outOfMemory + cancelled + failed`
 */
export interface SandboxCounters {
  /** Calls of `sandbox_exec`. */
  readonly requested: number;
  /** Calls whose buffer was not inside the guest's memory: answered with -1, and nothing was run. */
  readonly undeliverable: number;
  /** Calls that repeated the one request whose answer was kept. They cost no budget. */
  readonly retried: number;
  /** Calls whose request could not be copied out of the guest's memory. */
  readonly unreadable: number;
  /** Calls whose request was no message of its level, or longer than any that the policy could allow. */
  readonly malformed: number;
  /** Calls that the policy refused. */
  readonly denied: number;
  /** Calls past the first 10 000 malformed or denied ones: refused without a look at the request. */
  readonly ignored: number;
  /** Calls that the policy allowed. */
  readonly approved: number;
  /** Approved commands that were given to the executor: not those whose guest ended while the sandbox was opening. */
  readonly started: number;
  /** Started commands of which the executor reported an outcome. */
  readonly finished: number;
  /** Outcome `exited`, with any exit code. */
  readonly exited: number;
  /** Outcome `timed-out`. */
  readonly timedOut: number;
  /** Outcome `signalled`. */
  readonly killed: number;
  /** Outcome `output-limit`. */
  readonly outputLimited: number;
  /** Outcome `out-of-memory`. */
  readonly outOfMemory: number;
  /** Outcome `cancelled`. */
  readonly cancelled: number;
  /** Outcome `spawn-failed`. */
  readonly failed: number;
  /** Finished commands, of any outcome, that lost output to a limit. */
  readonly truncated: number;
  /** Bytes of standard input that the operating system took. */
  readonly stdinBytes: number;
  /** Bytes that commands wrote to standard output, kept or not. */
  readonly stdoutBytes: number;
  /** Bytes that commands wrote to standard error, kept or not. */
  readonly stderrBytes: number;
  /** Answers that were written into the guest's buffer, kept ones included. */
  readonly repliesDelivered: number;
  /** Answers that did not fit when they were made. */
  readonly repliesTooLarge: number;
  /** Of those, the answers that were kept for a retry. */
  readonly repliesKept: number;
  /** Kept answers that a retry fetched. */
  readonly repliesServedFromKept: number;
  /** Log lines that were written. */
  readonly logLines: number;
  /** Bytes of the guest's text in those lines, before escaping. */
  readonly logBytes: number;
  /** Log lines that the budget did not allow. */
  readonly logDropped: number;
  /** Calls of `log_message` whose text could not be copied out of the guest's memory. */
  readonly logUnreadable: number;
  /** Command records that did not fit into `records()`. */
  readonly recordsOmitted: number;
}

/** The counters while they are counted. */
export type MutableCounters = { -readonly [Name in keyof SandboxCounters]: number };

/** All counters at zero. */
export function zeroCounters(): MutableCounters {
  return {
    requested: 0,
    undeliverable: 0,
    retried: 0,
    unreadable: 0,
    malformed: 0,
    denied: 0,
    ignored: 0,
    approved: 0,
    started: 0,
    finished: 0,
    exited: 0,
    timedOut: 0,
    killed: 0,
    outputLimited: 0,
    outOfMemory: 0,
    cancelled: 0,
    failed: 0,
    truncated: 0,
    stdinBytes: 0,
    stdoutBytes: 0,
    stderrBytes: 0,
    repliesDelivered: 0,
    repliesTooLarge: 0,
    repliesKept: 0,
    repliesServedFromKept: 0,
    logLines: 0,
    logBytes: 0,
    logDropped: 0,
    logUnreadable: 0,
    recordsOmitted: 0,
  };
}
