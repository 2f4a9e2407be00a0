import { createHash } from "node:crypto";

/**
 * The one JSON text of a value: no white space, object keys sorted by UTF-16 code unit, arrays in their order.
 * Two values with the same content have the same text, however they were built.
 *
 * @throws {TypeError} for what JSON would drop or change (`undefined`, functions, bigints, numbers that are not
 *   finite, lone surrogates): a hash must cover everything or not exist.
 * @see RFC 8785, JSON Canonicalization Scheme.
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case "string":
      if (!value.isWellFormed()) throw new TypeError("a string with a lone surrogate has no canonical form");
      return JSON.stringify(value);
    case "number":
      if (!Number.isFinite(value)) throw new TypeError(`${value} has no canonical form`);
      return JSON.stringify(value);
    case "boolean":
      return value ? "true" : "false";
    case "object":
      if (value === null) return "null";
      if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
      return `{${Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, member]) => `${canonicalJson(key)}:${canonicalJson(member)}`)
        .join(",")}}`;
    default:
      throw new TypeError(`a ${typeof value} has no canonical form`);
  }
}

/** SHA-256 of the value's canonical JSON in UTF-8, in lower-case hexadecimal. */
export function canonicalSha256(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value), "utf8").digest("hex");
}
