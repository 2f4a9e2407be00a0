/** Names for the escapes that everybody reads; all others are written as `\u{hex}`. */
const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

/**
 * Cc: C0, DEL and C1. Cf: bidi marks, embeddings, overrides and isolates, zero-width and tag characters. Zl, Zp: the separators that
 * some viewers break lines at. Cs: lone surrogates.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * Makes untrusted text safe to show in a terminal, a log or a page's text node: one line, nothing invisible, nothing that moves the
 * cursor or turns the direction of writing.
 *
 * @returns the text with each unprintable character written as `\n`, `\r`, `\t` or `\u{hex}`; at most 8 times as many UTF-16 units.
 *   Applying it twice changes nothing more, and therefore a backslash stays as it is: the result is for reading, not for undoing.
 * @see Unicode general categories Cc, Cf, Cs, Zl and Zp.
 */
export function printableText(text: string): string {
  return text.replace(UNPRINTABLE, escapeCharacter);
}

/** `printableText` of the first `maxCharacters` UTF-16 units, with `…` after them when something was cut. */
export function shortPrintableText(text: string, maxCharacters: number): string {
  return printableText(cut(text, maxCharacters));
}

/** The first `maxCharacters` UTF-16 units, with `…` after them when something was cut. A pair of surrogates is not split. */
export function cut(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  const kept = text.slice(0, maxCharacters).replace(/\p{Cs}$/u, "");
  // A copy: V8's slices keep the whole text alive, and a guest chooses how long that is.
  return `${Buffer.from(kept, "utf16le").toString("utf16le")}…`;
}

function escapeCharacter(character: string): string {
  const short = SHORT_ESCAPES.get(character);
  if (short !== undefined) return short;
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16).padStart(2, "0")}}`;
}
