/** The beginning of a text, at most `maxCharacters` UTF-16 units of it, without half of a surrogate pair at its end. */
export function shorten(
  text: string,
  maxCharacters: number,
): { readonly text: string; readonly omitted: number } {
  if (text.length <= maxCharacters) return { text, omitted: 0 };
  const kept = text.slice(0, maxCharacters).replace(/[\ud800-\udbff]$/, "");
  return { text: kept, omitted: text.length - kept.length };
}
