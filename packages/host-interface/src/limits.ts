/**
 * The longest message that is decoded when the caller names no limit: 64 MiB, the original's limit for a guest's
 * output. (bincode 1.3.3 ignores such limits when it reads from a slice; ours holds.)
 */
export const DEFAULT_MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/**
 * The longest message that can be decoded at all, 512 MiB less 24 bytes: a text of more bytes could be longer than any
 * string of V8, and decoding would fail with an error that is not ours.
 */
export const LONGEST_MESSAGE_BYTES = 0x1fff_ffe8;

/**
 * The most items of lists and maps that one message may hold, all of them counted together, when the caller names no
 * limit: 100 000. An empty text takes 8 bytes on the wire and many times that as a value, so a limit of bytes alone lets
 * a message of zeros keep its reader busy for seconds. (bincode has no such limit, and neither does encoding.)
 */
export const DEFAULT_MAX_ITEMS = 100_000;
