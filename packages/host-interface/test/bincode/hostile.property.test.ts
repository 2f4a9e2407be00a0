import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decode, encode } from "../../src/index.ts";
import { schemaWithValue, valuesOf } from "../support/arbitrary.ts";
import { EXPORTED_SCHEMAS } from "../support/exported-schemas.ts";
import { bincodeFailureOf } from "../support/failure.ts";

const messages = Object.entries(EXPORTED_SCHEMAS).map(([type, schema]) => ({ type, schema }));

const HOSTILE_LENGTHS = [2n ** 63n, 2n ** 64n - 1n, 2n ** 32n, 100n * 1024n * 1024n];

describe("decoding what a guest made up", () => {
  it.each(messages)("$type: any bytes decode or fail with our error", ({ schema }) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 256 }), (bytes) => {
        bincodeFailureOf(() => decode(schema, bytes));
      }),
    );
  });

  it.each(messages)("$type: a message with changed bytes decodes or fails with our error", ({ schema }) => {
    const changes = fc.array(
      fc.tuple(fc.nat(), fc.oneof(fc.constantFrom(0, 1, 2, 0x80, 0xff), fc.nat(255))),
      {
        minLength: 1,
        maxLength: 4,
      },
    );
    fc.assert(
      fc.property(valuesOf(schema), changes, (value, changed) => {
        const bytes = encode(schema, value);
        for (const [at, byte] of changed) bytes[at % bytes.length] = byte;
        bincodeFailureOf(() => decode(schema, bytes));
      }),
    );
  });

  it.each(messages)("$type: a message that is cut off anywhere fails", ({ schema }) => {
    fc.assert(
      fc.property(valuesOf(schema), (value) => {
        const bytes = encode(schema, value);
        for (let length = 0; length < bytes.length; length++) {
          expect(bincodeFailureOf(() => decode(schema, bytes.subarray(0, length)))).toMatchObject({
            code: "UNEXPECTED_END",
          });
        }
      }),
      { numRuns: 20 },
    );
  });

  it("a message of any schema that is cut off anywhere fails", () => {
    fc.assert(
      fc.property(
        schemaWithValue(3),
        fc.double({ min: 0, max: 1, maxExcluded: true }),
        ([schema, value], share) => {
          const bytes = encode(schema, value);
          fc.pre(bytes.length > 0);
          const cut = bytes.subarray(0, Math.floor(bytes.length * share));
          expect(bincodeFailureOf(() => decode(schema, cut))).toMatchObject({ code: "UNEXPECTED_END" });
        },
      ),
    );
  });

  it.each(messages)("$type: an overlong length anywhere decodes or fails with our error", ({ schema }) => {
    fc.assert(
      fc.property(valuesOf(schema), fc.nat(), fc.constantFrom(...HOSTILE_LENGTHS), (value, at, length) => {
        const message = encode(schema, value);
        const bytes = Uint8Array.from([...message, ...new Uint8Array(8)]);
        new DataView(bytes.buffer).setBigUint64(at % message.length, length, true);
        bincodeFailureOf(() => decode(schema, bytes));
      }),
    );
  });

  it("what decodes encodes to the same bytes, where no map and no float is involved", () => {
    const { "SandboxExecRequest@head": schema } = EXPORTED_SCHEMAS;
    if (schema === undefined) throw new Error("no such message");
    fc.assert(
      fc.property(valuesOf(schema), fc.nat(), fc.nat(255), (value, at, byte) => {
        const bytes = encode(schema, value);
        bytes[at % bytes.length] = byte;
        let decoded: unknown;
        fc.pre(bincodeFailureOf(() => (decoded = decode(schema, bytes))) === "no failure");
        const again = encode(schema, decoded);
        expect(Buffer.from(again)).toEqual(Buffer.from(bytes.subarray(0, again.length)));
      }),
      { numRuns: 500 },
    );
  });
});
