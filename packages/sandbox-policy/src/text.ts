/** What is wrong with text that is handed to a process. */
export type TextProblem = "nul" | "not-unicode";

/** Linux MAX_ARG_STRLEN less its NUL: no single argument or `NAME=value` can be longer, in bytes. */
export const MAX_STRING_BYTES = 131_071;

/** Says why a process cannot be given `text` unchanged, or `null` when it can. */
export function textProblem(text: string): TextProblem | null {
  if (text.includes("\0")) return "nul";
  // A lone surrogate has no UTF-8: what arrived would not be what was asked for.
  return text.isWellFormed() ? null : "not-unicode";
}

/**
 * Whether the UTF-8 of all `texts` together, and `overheadBytes` for each, is at most `maximumBytes`. Stops as soon as
 * it is not: the answer for 10 MB costs no more than the answer for the limit.
 */
export function fitsInBytes(texts: Iterable<string>, overheadBytes: number, maximumBytes: number): boolean {
  let bytes = 0;
  for (const text of texts) {
    // UTF-8 is never shorter than the number of UTF-16 code units.
    if (bytes + text.length > maximumBytes) return false;
    bytes += Buffer.byteLength(text) + overheadBytes;
    if (bytes > maximumBytes) return false;
  }
  return true;
}

/** At most 256 characters of what a request said, as valid Unicode: a fact for a reason, never the whole input. */
export function cut(text: string): string {
  // A copy: V8's slices keep the whole text alive, and whoever asks chooses how long that is.
  return Buffer.from(text.slice(0, 256)).toString();
}
