import { describe, expect, it } from "vitest";
import { type AnySchema, BincodeError, decode, llmRequest } from "../../src/index.ts";
import { EXPORTED_SCHEMAS } from "../support/exported-schemas.ts";
import { type Malformed, vectorFile } from "../support/vector-file.ts";
import { buildSchema } from "../support/vector-type.ts";
import { hexBytes, resolveValue } from "../support/vector-value.ts";

const { malformed } = vectorFile;

/** bincode's `ErrorKind` for each of our codes; serde's own errors are all `Custom`. */
const ERROR_KINDS = {
  UNEXPECTED_END: "Io",
  INVALID_UTF8: "InvalidUtf8Encoding",
  INVALID_BOOL: "InvalidBoolEncoding",
  INVALID_OPTION_TAG: "InvalidTagEncoding",
  INVALID_VARIANT: "Custom",
  INVALID_RESULT: "Custom",
  SIZE_LIMIT: "SizeLimit",
  ITEM_LIMIT: "SizeLimit",
} as const;

describe("the malformed inputs of bincode 1.3.3", () => {
  it("are all 126 there", () => expect(malformed).toHaveLength(126));

  it.each(malformed)("$id ends as in the original", (input) => {
    expectOriginalResult(buildSchema(input.type), input);
  });

  const exported = malformed.flatMap((input) => {
    const schema = EXPORTED_SCHEMAS[input.type];
    return schema === undefined ? [] : [{ ...input, schema }];
  });
  it.each(exported)("$id ends as in the original with the exported schema", ({ schema, ...input }) => {
    expectOriginalResult(schema, input);
  });

  it("include one that the original's limit should have refused; ours does", () => {
    const overLimit = malformed.find(({ id }) => id === "malformed/LlmRequest@head/over-limit");
    const bytes = hexBytes(overLimit?.hex ?? "");
    expect(overLimit).toMatchObject({ mode: "limit:24", result: { ok: true } });
    expect(failureOf(() => decode(llmRequest, bytes, { maxMessageBytes: 24 })).failure).toEqual({
      code: "SIZE_LIMIT",
      offset: 0,
      foundBytes: bytes.length,
      maxBytes: 24,
    });
  });
});

function expectOriginalResult(schema: AnySchema, { type, hex, result }: Malformed): void {
  const bytes = hexBytes(hex);
  if (result.ok) {
    expect(decode(schema, bytes)).toEqual(resolveValue(type, result.value));
    return;
  }
  const error = failureOf(() => decode(schema, bytes));
  expect({ kind: ERROR_KINDS[error.failure.code], display: error.message }).toEqual({
    kind: result.kind,
    display: result.display,
  });
  expect(error.failure.offset).toBeLessThanOrEqual(bytes.length);
}

function failureOf(action: () => unknown): BincodeError {
  try {
    action();
  } catch (error) {
    if (error instanceof BincodeError) return error;
    throw error;
  }
  throw new Error("it decoded");
}
