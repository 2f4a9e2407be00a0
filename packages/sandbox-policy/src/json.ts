/** A JSON text as a value, with the line on which each of its values starts. */
export type JsonResult =
  | { readonly outcome: "ok"; readonly value: unknown; readonly lineOf: (place: string) => number | null }
  | { readonly outcome: "invalid"; readonly place: string; readonly line: number; readonly message: string };

/** Far more than a policy needs, far less than the stack holds. */
const MAX_DEPTH = 32;

const SCALAR = /true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SPACE = /[ \t\n\r]*/y;

/**
 * Reads JSON as `JSON.parse` does, and refuses what it lets through: a key that stands twice in one object (the later
 * one would win in silence), the key `__proto__`, a number too large for its type (`1e400` would become Infinity),
 * and nesting deeper than 32.
 *
 * @see RFC 8259, section 4: "When the names within an object are not unique, the behavior of software that receives
 *   such an object is unpredictable."
 */
export function parseStrictJson(text: string): JsonResult {
  const reader = new Reader(text);
  try {
    const value = reader.document();
    return { outcome: "ok", value, lineOf: (place) => reader.lineOf(place) };
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    return {
      outcome: "invalid",
      place: error.place,
      line: reader.lineAt(error.offset),
      message: error.message,
    };
  }
}

/** `allowedCommands[2].env.LANG` for `["allowedCommands", 2, "env", "LANG"]`. */
export function placeOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((place, part) => {
    if (typeof part === "number") return `${place}[${part}]`;
    const name = String(part);
    if (!/^[A-Za-z_$][A-Za-z0-9_$]*$/.test(name)) return `${place}[${JSON.stringify(name)}]`;
    return place === "" ? name : `${place}.${name}`;
  }, "");
}

class JsonFault extends Error {
  readonly offset: number;
  readonly place: string;
  constructor(offset: number, place: string, message: string) {
    super(message);
    this.offset = offset;
    this.place = place;
  }
}

class Reader {
  readonly #text: string;
  #offset = 0;
  readonly #path: PropertyKey[] = [];
  readonly #offsets = new Map<string, number>();

  constructor(text: string) {
    this.#text = text;
  }

  document(): unknown {
    const value = this.#value();
    this.#take(SPACE);
    if (this.#offset < this.#text.length) this.#fail("expected the end of the text");
    return value;
  }

  lineOf(place: string): number | null {
    const offset = this.#offsets.get(place);
    return offset === undefined ? null : this.lineAt(offset);
  }

  lineAt(offset: number): number {
    return this.#text.slice(0, offset).split("\n").length;
  }

  #value(): unknown {
    this.#take(SPACE);
    this.#offsets.set(placeOf(this.#path), this.#offset);
    if (this.#path.length > MAX_DEPTH) this.#fail(`is nested deeper than ${MAX_DEPTH}`);
    if (this.#skip("{")) return this.#object();
    if (this.#skip("[")) return this.#array();
    const start = this.#offset;
    const token = this.#take(STRING) ?? this.#take(SCALAR) ?? this.#fail("expected a JSON value");
    const value: unknown = JSON.parse(token);
    if (typeof value === "number" && !Number.isFinite(value))
      this.#fail(`${token} is too large a number`, start);
    return value;
  }

  #object(): object {
    const object: Record<string, unknown> = {};
    if (this.#close("}")) return object;
    do {
      this.#take(SPACE);
      const start = this.#offset;
      const key: string = JSON.parse(this.#take(STRING) ?? this.#fail('expected a key in quotes, or "}"'));
      this.#path.push(key);
      if (key === "__proto__") this.#fail("the key __proto__ is refused; remove it", start);
      if (Object.hasOwn(object, key))
        this.#fail(`the key ${JSON.stringify(key)} stands here twice; remove one`, start);
      this.#take(SPACE);
      if (!this.#skip(":")) this.#fail('expected ":"');
      object[key] = this.#value();
      this.#path.pop();
    } while (this.#next("}"));
    return object;
  }

  #array(): unknown[] {
    const array: unknown[] = [];
    if (this.#close("]")) return array;
    do {
      this.#path.push(array.length);
      array.push(this.#value());
      this.#path.pop();
    } while (this.#next("]"));
    return array;
  }

  #close(end: string): boolean {
    this.#take(SPACE);
    return this.#skip(end);
  }

  #next(end: string): boolean {
    if (this.#close(end)) return false;
    if (!this.#skip(",")) this.#fail(`expected "," or "${end}"`);
    return true;
  }

  #skip(token: string): boolean {
    if (!this.#text.startsWith(token, this.#offset)) return false;
    this.#offset += token.length;
    return true;
  }

  #take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#offset;
    const token = pattern.exec(this.#text)?.[0] ?? null;
    if (token !== null) this.#offset += token.length;
    return token;
  }

  #fail(message: string, offset = this.#offset): never {
    throw new JsonFault(offset, placeOf(this.#path), message);
  }
}
