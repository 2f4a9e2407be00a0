import {
  type EvaluationInput,
  type EvaluationOutput,
  encodeEvaluationOutput,
  packPointer,
} from "@assay/host-interface";
import {
  type Body,
  buildModule,
  type FunctionSpec,
  type ModuleSpec,
  op,
  type ValType,
} from "./wasm-builder.ts";

/** Where a guest of the tests keeps its verdict; the eight bytes of the score come first. */
export const VERDICT_AT = 1024;
/** Where its input is put: its allocator hands out addresses from here upwards. */
export const HEAP_AT = 8192;

export const INPUT: EvaluationInput = {
  agentData: new TextEncoder().encode("submission"),
  challengeId: "challenge-1",
  params: new Uint8Array(),
  taskDefinition: null,
  environmentConfig: null,
};

export const VERDICT: EvaluationOutput = {
  score: 7n,
  valid: true,
  message: "fine",
  metrics: null,
  details: null,
};

const VERDICT_BYTES = encodeEvaluationOutput("head", VERDICT);

/** Returns the verdict in memory. */
export const RETURN_VERDICT: Body = op.i64(packPointer(VERDICT_AT, VERDICT_BYTES.length));

/** Puts the i64 that `body` leaves on the stack into the verdict as its score, and returns the verdict. */
export function returnScore(...body: Body): Body {
  return [op.i32(VERDICT_AT), body, op.i64Store(), RETURN_VERDICT];
}

/** Like `returnScore`, of an i32. */
export function returnScore32(...body: Body): Body {
  return returnScore(body, op.i64ExtendI32);
}

export const ENTRY: { params: ValType[]; results: ValType[] } = { params: ["i32", "i32"], results: ["i64"] };
export const VALIDATE: { params: ValType[]; results: ValType[] } = {
  params: ["i32", "i32"],
  results: ["i32"],
};
export const ALLOC: { params: ValType[]; results: ValType[] } = { params: ["i32"], results: ["i32"] };

export interface GuestSpec extends Omit<ModuleSpec, "functions"> {
  /** The body of `evaluate`; it returns the verdict by default. */
  readonly evaluate?: Body;
  readonly locals?: readonly ValType[];
  /** The body of `allocate`, which has two parameters; it gives room at `HEAP_AT` by default. */
  readonly allocate?: Body;
  readonly functions?: Readonly<Record<string, FunctionSpec>>;
}

/** A guest at level head, with one page of memory, that does nothing but what `spec` adds. */
export function buildGuest(spec: GuestSpec = {}): Uint8Array {
  const { evaluate = RETURN_VERDICT, locals = [], allocate = op.i32(HEAP_AT), functions, ...rest } = spec;
  return buildModule({
    data: [{ offset: VERDICT_AT, bytes: VERDICT_BYTES }],
    ...rest,
    functions: {
      allocate: { params: ["i32", "i32"], results: ["i32"], body: allocate },
      evaluate: { ...ENTRY, locals, body: evaluate },
      ...functions,
    },
  });
}
