/** What a field of a config must be. */
export interface Check {
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
}

/** A check of every field. */
export type Checks<T> = { readonly [Field in keyof T]-?: Check };

export function integer(minimum: number, maximum: number): Check {
  return {
    expected: `an integer from ${minimum} to ${maximum}`,
    accepts: (value) =>
      typeof value === "number" && Number.isSafeInteger(value) && value >= minimum && value <= maximum,
  };
}

export function oneOf(...allowed: readonly string[]): Check {
  return {
    expected: `one of ${allowed.join(", ")}`,
    accepts: (value) => typeof value === "string" && allowed.includes(value),
  };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
