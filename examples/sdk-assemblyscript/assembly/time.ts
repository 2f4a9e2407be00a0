import { getTimestamp } from "./host";

/** Milliseconds since 1970-01-01; an evaluation that is to be repeatable is given a fixed time. */
export function now(): i64 {
  return getTimestamp();
}
