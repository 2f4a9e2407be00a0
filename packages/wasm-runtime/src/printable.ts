const MAX_CHARACTERS = 200;

/** Control, formatting and surrogate characters: what could move a cursor, end a line or turn the text around. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * Text of a guest made safe to show: one line, of at most 200 characters, with every character that a terminal or a log
 * could obey written as its code point, for instance `\u{1b}`.
 */
export function printable(text: string): string {
  const cut = text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS - 1)}…` : text;
  return cut.replace(UNPRINTABLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
