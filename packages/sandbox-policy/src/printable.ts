/** Everything that could move a cursor, reorder a line, hide, or start a new line, and spaces that look like none. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}\\"]|(?! )\p{Zs}/gu;

const MAX_CHARACTERS = 120;

/**
 * `text` in quotes, safe to print anywhere: every control, format, unassigned, private and separator character is
 * escaped as `\u{…}`, and what is longer than 120 characters is cut, with the number of characters left out.
 */
export function printable(text: string): string {
  const kept = text.slice(0, MAX_CHARACTERS).toWellFormed();
  const more = text.length > MAX_CHARACTERS ? `… (${text.length - MAX_CHARACTERS} more)` : "";
  return `"${kept.replaceAll(UNPRINTABLE, escapeOf)}${more}"`;
}

function escapeOf(character: string): string {
  if (character === "\\" || character === '"') return `\\${character}`;
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
