import type { SandboxPolicy } from "@assay/sandbox-policy";

/**
 * How many requests of one evaluation may be refused. What is denied or malformed costs a guest no budget, and this host time; past
 * this number requests are not looked at any more.
 */
export const MAX_REFUSED_REQUESTS = 10_000;

/** Every list, text and optional field begins with at most this much. */
const FRAMING_BYTES = 9;

/** Room for the command and the directory, and for requests a little above a limit: those are decoded, and told which limit it was. */
const SLACK_BYTES = 1024 * 1024;

/**
 * The longest request, in bytes, that is worth decoding under the limits of a policy: all that it may carry as arguments, environment and
 * standard input, as a message, and 1 MiB. A policy refuses whatever is longer, so `sandbox_exec` does that without decoding it.
 */
export function maxRequestBytes(limits: SandboxPolicy["limits"]): number {
  const { maxArguments, maxArgumentBytes, maxEnvironmentVariables, maxEnvironmentBytes, maxStdinBytes } =
    limits;
  const framing = FRAMING_BYTES * (maxArguments + 2 * maxEnvironmentVariables);
  return maxArgumentBytes + maxEnvironmentBytes + maxStdinBytes + framing + SLACK_BYTES;
}
