// The functions that the host provides, as they are. The other files make them pleasant to call.

/**
 * Runs the command that the request describes, and writes what came of it into the buffer.
 * Returns the bytes written; -n when the buffer has to have n bytes; -1 when the buffer is not in memory.
 */
@external("platform_sandbox", "sandbox_exec")
export declare function sandboxExec(request: usize, requestLength: i32, buffer: usize, capacity: i32): i32;

/** Milliseconds since 1970-01-01. */
@external("platform_sandbox", "get_timestamp")
export declare function getTimestamp(): i64;

/** Level 0 is information, 1 a warning, everything else an error. */
@external("platform_sandbox", "log_message")
export declare function logMessage(level: i32, text: usize, textLength: i32): void;
