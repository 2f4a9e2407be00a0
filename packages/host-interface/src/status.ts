/*
 * Numbers that a guest reads as an `i32`. They are the original's at level head; where one looks wrong, it is
 * compatible on purpose. Numbers may be added, never changed or used again.
 */

/** `platform_sandbox.sandbox_status`. It says nothing about the policy: the original answers 0 with the sandbox off, too. */
export const SANDBOX_STATUS = { ready: 0 } as const;

/** `platform_storage`. `internalError` stands for memory that cannot be read, too. */
export const STORAGE_STATUS = {
  success: 0,
  notFound: 1,
  keyTooLarge: -1,
  valueTooLarge: -2,
  invalidKey: -3,
  invalidValue: -4,
  storageError: -5,
  consensusRequired: -6,
  permissionDenied: -7,
  quotaExceeded: -8,
  internalError: -100,
} as const;

/** `platform_terminal`. `disabled` is positive: a guest that tests only for negative numbers takes it for one byte. */
export const TERMINAL_STATUS = {
  success: 0,
  disabled: 1,
  commandNotAllowed: -1,
  pathNotAllowed: -2,
  fileTooLarge: -3,
  bufferTooSmall: -4,
  ioError: -5,
  limitExceeded: -6,
  timeout: -7,
  internalError: -100,
} as const;

/** `platform_data`; `disabled` is positive here, too. */
export const DATA_STATUS = {
  success: 0,
  disabled: 1,
  notFound: -1,
  keyTooLarge: -2,
  bufferTooSmall: -3,
  pathNotAllowed: -4,
  ioError: -5,
  internalError: -100,
} as const;

/** `platform_llm.llm_chat_completion`. */
export const LLM_STATUS = {
  disabled: -1,
  invalidRequest: -2,
  apiError: -3,
  bufferTooSmall: -4,
  rateLimited: -5,
  internalError: -100,
} as const;

/** `platform_consensus`; `disabled` is positive here, too. */
export const CONSENSUS_STATUS = {
  success: 0,
  disabled: 1,
  bufferTooSmall: -1,
  proposalLimitExceeded: -2,
  invalidArgument: -3,
  internalError: -100,
} as const;
