/**
 * The version of what the rewrite makes of a module. It changes whenever the same module would come out as other bytes, so
 * that nothing is run that an older version made.
 */
export const REWRITE_VERSION = 3;
