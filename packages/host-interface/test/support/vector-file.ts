import { readFileSync } from "node:fs";

/** A value as the file writes it; see `test/vectors/README.md`. */
export type VectorValue =
  | string
  | number
  | boolean
  | null
  | readonly VectorValue[]
  | { readonly [key: string]: VectorValue };

export type VectorSchema =
  | { readonly kind: "struct"; readonly fields: readonly (readonly [string, string])[] }
  | { readonly kind: "enum"; readonly variants: readonly (readonly [string, number, string | null])[] };

export type Vector = {
  readonly id: string;
  readonly type: string;
  readonly value: VectorValue;
  readonly len: number;
} & (
  | { readonly hex: string }
  | { readonly sha256: string; readonly head_hex: string; readonly tail_hex: string }
);

export interface Malformed {
  readonly id: string;
  readonly type: string;
  readonly mode: string;
  readonly hex: string;
  readonly result:
    | { readonly ok: true; readonly value: VectorValue }
    | { readonly ok: false; readonly kind: string; readonly display: string };
}

export interface VectorFile {
  readonly meta: { readonly bincode: string; readonly vectors: number; readonly malformed: number };
  readonly schemas: Readonly<Record<string, VectorSchema>>;
  readonly vectors: readonly Vector[];
  readonly malformed: readonly Malformed[];
}

export const vectorFile: VectorFile = JSON.parse(
  readFileSync(new URL("../vectors/wire-vectors.json", import.meta.url), "utf8"),
);
