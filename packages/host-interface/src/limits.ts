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
