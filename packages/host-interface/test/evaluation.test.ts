import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeEvaluationInput,
  decodeEvaluationOutput,
  type EvaluationInput,
  type EvaluationOutput,
  encodeEvaluationInput,
  encodeEvaluationOutput,
} from "../src/index.ts";
import { bincodeFailureOf } from "./support/failure.ts";

const bytes = fc.uint8Array({ maxLength: 24 });
const text = fc.string({ unit: "binary", maxLength: 12 });

const inputs: fc.Arbitrary<EvaluationInput> = fc.record({
  agentData: bytes,
  challengeId: text,
  params: bytes,
  taskDefinition: fc.option(bytes),
  environmentConfig: fc.option(bytes),
});

const outputs: fc.Arbitrary<EvaluationOutput> = fc.record({
  score: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  valid: fc.boolean(),
  message: text,
  metrics: fc.option(bytes),
  details: fc.option(bytes),
});

const output: EvaluationOutput = {
  score: 10_000n,
  valid: true,
  message: "ok",
  metrics: null,
  details: Uint8Array.of(1),
};

describe("an evaluation's input", () => {
  it("survives the wire", () => {
    fc.assert(
      fc.property(inputs, (any) => {
        expect(decodeEvaluationInput(encodeEvaluationInput(any))).toEqual(any);
      }),
    );
  });

  it("longer than maxMessageBytes is refused", () => {
    const input = {
      agentData: new Uint8Array(100),
      challengeId: "c",
      params: new Uint8Array(),
      taskDefinition: null,
      environmentConfig: null,
    };
    const encoded = encodeEvaluationInput(input);
    expect(bincodeFailureOf(() => decodeEvaluationInput(encoded, { maxMessageBytes: 100 }))).toMatchObject({
      code: "SIZE_LIMIT",
    });
  });
});

describe("an evaluation's output", () => {
  it("of head survives the wire", () => {
    fc.assert(
      fc.property(outputs, (any) => {
        expect(decodeEvaluationOutput("head", encodeEvaluationOutput("head", any))).toEqual(any);
      }),
    );
  });

  it("of pr33 survives the wire without its details", () => {
    fc.assert(
      fc.property(outputs, (any) => {
        expect(decodeEvaluationOutput("pr33", encodeEvaluationOutput("pr33", any))).toEqual({
          ...any,
          details: null,
        });
      }),
    );
  });

  it("of head read at pr33 loses its details", () => {
    expect(decodeEvaluationOutput("pr33", encodeEvaluationOutput("head", output))).toEqual({
      ...output,
      details: null,
    });
  });

  it("of pr33 read at head is refused", () => {
    const encoded = encodeEvaluationOutput("pr33", output);
    expect(bincodeFailureOf(() => decodeEvaluationOutput("head", encoded))).toEqual({
      code: "UNEXPECTED_END",
      offset: encoded.length,
      reading: "value",
    });
  });
});
