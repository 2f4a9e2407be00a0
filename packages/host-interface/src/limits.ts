/**
 * The longest message that is decoded when the caller names no limit: 64 MiB, the original's limit for a guest's
 * output. (bincode 1.3.3 ignores such limits when it reads from a slice; ours holds.)
 */
export const DEFAULT_MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
