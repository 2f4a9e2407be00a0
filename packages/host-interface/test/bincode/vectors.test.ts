import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { decode, encode } from "../../src/index.ts";
import { EXPORTED_SCHEMAS, schemasOfIndex } from "../support/exported-schemas.ts";
import { type Vector, vectorFile } from "../support/vector-file.ts";
import { buildSchema } from "../support/vector-type.ts";
import { resolveValue } from "../support/vector-value.ts";

const { meta, vectors } = vectorFile;

const exportedVectors = vectors.flatMap((vector) => {
  const schema = EXPORTED_SCHEMAS[vector.type];
  return schema === undefined ? [] : [{ ...vector, schema }];
});

describe("the vectors of bincode 1.3.3", () => {
  it("are all 300 there", () => {
    expect(meta).toMatchObject({ bincode: "1.3.3", vectors: 300 });
    expect(vectors).toHaveLength(300);
  });

  it.each(vectors)("$id encodes to the original's bytes", (vector) => {
    expect(fingerprint(encode(buildSchema(vector.type), resolveValue(vector.type, vector.value)))).toEqual(
      expectedFingerprint(vector),
    );
  });

  it.each(vectors)("$id decodes to the original's value", (vector) => {
    const schema = buildSchema(vector.type);
    const value = resolveValue(vector.type, vector.value);
    const bytes = "hex" in vector ? Buffer.from(vector.hex, "hex") : encode(schema, value);
    expect(decode(schema, bytes)).toEqual(value);
  });
});

describe("the exported messages", () => {
  it("all have a name in the vector file", () => {
    expect(new Set(schemasOfIndex())).toEqual(new Set(Object.values(EXPORTED_SCHEMAS)));
    expect(schemasOfIndex()).toHaveLength(Object.keys(EXPORTED_SCHEMAS).length);
  });

  it.each(Object.entries(EXPORTED_SCHEMAS))("%s has the original's layout", (type, schema) => {
    expect(schema).toEqual(buildSchema(type));
  });

  it.each(exportedVectors)("$id goes through the exported schema both ways", ({ schema, ...vector }) => {
    const value = resolveValue(vector.type, vector.value);
    const bytes = encode(schema, value);
    expect(fingerprint(bytes)).toEqual(expectedFingerprint(vector));
    expect(decode(schema, bytes)).toEqual(value);
  });
});

/** What the vector file says about encoded bytes: all of them, or for long ones their hash and ends. */
function fingerprint(bytes: Uint8Array): Readonly<Record<string, string | number>> {
  const hex = Buffer.from(bytes).toString("hex");
  if (bytes.length <= 1024) return { len: bytes.length, hex };
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { len: bytes.length, sha256, head_hex: hex.slice(0, 128), tail_hex: hex.slice(-128) };
}

function expectedFingerprint({ id: _id, type: _type, value: _value, ...expected }: Vector): object {
  return expected;
}
