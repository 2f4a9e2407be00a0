/** The text that UTF-8 bytes spell; bytes that are no UTF-8 become some other text. */
export function textOf(bytes: Uint8Array): string {
  return String.UTF8.decodeUnsafe(bytes.dataStart, bytes.length);
}

/** UTF-8 of a text. Half a surrogate pair, which has none, becomes U+FFFD. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.wrap(String.UTF8.encode(text, false, String.UTF8.ErrorMode.REPLACE));
}

export function sameBytes(one: Uint8Array, other: Uint8Array): bool {
  return one.length == other.length && memory.compare(one.dataStart, other.dataStart, one.length) == 0;
}

/** The first line without its end, and no more of it than `maxLength` characters. */
export function firstLine(text: string, maxLength: i32 = 200): string {
  const end = text.indexOf("\n");
  return text.substring(0, end < 0 ? maxLength : min(end, maxLength));
}

/** The text as a JSON string, quotes included. */
export function quote(text: string): string {
  let json = '"';
  let done = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code != 0x22 && code != 0x5c && code >= 0x20) continue;
    const escape = code < 0x20 ? "u00" + (code < 0x10 ? "0" : "") + code.toString(16) : text.charAt(i);
    json += text.substring(done, i) + "\\" + escape;
    done = i + 1;
  }
  return json + text.substring(done) + '"';
}
