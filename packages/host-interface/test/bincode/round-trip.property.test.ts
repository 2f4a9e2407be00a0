import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decode, encode } from "../../src/index.ts";
import { schemaWithValue, valuesOf } from "../support/arbitrary.ts";
import { EXPORTED_SCHEMAS } from "../support/exported-schemas.ts";

describe("decode after encode", () => {
  it("gives the value back, for any schema", () => {
    fc.assert(
      fc.property(schemaWithValue(3), ([schema, value]) => {
        expect(decode(schema, encode(schema, value))).toEqual(value);
      }),
      { numRuns: 1000 },
    );
  });

  it("gives the value back when other bytes follow, for any schema", () => {
    fc.assert(
      fc.property(schemaWithValue(2), fc.uint8Array({ maxLength: 16 }), ([schema, value], trailing) => {
        expect(decode(schema, Buffer.concat([encode(schema, value), trailing]))).toEqual(value);
      }),
    );
  });

  it("never takes fewer bytes than the schema's minimum", () => {
    fc.assert(
      fc.property(schemaWithValue(3), ([schema, value]) => {
        expect(encode(schema, value).length).toBeGreaterThanOrEqual(schema.minimumBytes);
      }),
    );
  });

  it.each(Object.entries(EXPORTED_SCHEMAS))("gives any %s back", (_type, schema) => {
    fc.assert(
      fc.property(valuesOf(schema), (value) => {
        expect(decode(schema, encode(schema, value))).toEqual(value);
      }),
    );
  });
});
