import type { ByteReader } from "./byte-reader.ts";

/** The size of one function's code, of which nothing but the declaration of its locals is read. */
export interface BodySize {
  readonly bodyBytes: number;
  /** Declared ones; parameters are locals too, but belong to the function's type. */
  readonly declaredLocals: number;
}

/** Reads one entry of the code section. */
export function readBodySize(reader: ByteReader): BodySize {
  const bodyBytes = reader.u32();
  const body = reader.section(bodyBytes);
  let declaredLocals = 0;
  for (let groups = body.u32(); groups > 0; groups--) {
    declaredLocals += body.u32();
    body.byte();
  }
  return { bodyBytes, declaredLocals };
}
