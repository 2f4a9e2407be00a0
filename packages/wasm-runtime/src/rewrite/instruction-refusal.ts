import type { UnsupportedInstructions } from "./instructions/unsupported.ts";

/** What makes a function too expensive to compile; see `AdmissionLimits`. */
export type FunctionMeasure =
  | "body-bytes"
  | "locals"
  | "locals-times-bytes"
  | "nesting"
  | "locals-times-control"
  | "operands-times-control"
  /** Of this function and all before it; see `maxLandingsTimesValues`. */
  | "landings-times-values";

/** What only the instructions of a module show. */
export type InstructionRefusal =
  | {
      readonly reason: "unsupported-instruction";
      readonly functionIndex: number | null;
      readonly feature: UnsupportedInstructions;
      /** As written in the binary, for instance `0xfd 0x105`. */
      readonly opcode: string;
      /** In the module, in bytes. */
      readonly offset: number;
    }
  | {
      readonly reason: "function-too-complex";
      readonly functionIndex: number;
      readonly measure: FunctionMeasure;
      readonly value: number;
      readonly limit: number;
    };

export function describeInstructionRefusal(refusal: InstructionRefusal): string {
  switch (refusal.reason) {
    case "unsupported-instruction": {
      const where = refusal.functionIndex === null ? "an initial value" : `function ${refusal.functionIndex}`;
      return `${where} uses ${refusal.feature} (opcode ${refusal.opcode} at byte ${refusal.offset}), which is not supported`;
    }
    case "function-too-complex":
      return `function ${refusal.functionIndex} has ${refusal.measure} ${refusal.value}, more than ${refusal.limit}`;
  }
}
