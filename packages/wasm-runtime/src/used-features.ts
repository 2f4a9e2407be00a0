import { createByteReader } from "./binary/byte-reader.ts";
import { SECTION } from "./binary/sections.ts";
import type { VisibleFeature } from "./inspection.ts";
import { DEFAULT_ADMISSION_LIMITS } from "./rewrite/admission.ts";
import { planCanonicalNans } from "./rewrite/canonicalize-nan.ts";
import { createFunctionDecoder } from "./rewrite/decode-function.ts";
import { blockParameters, blockResults, type FunctionCode } from "./rewrite/function-code.ts";
import type { InstructionRefusal } from "./rewrite/instruction-refusal.ts";
import { OP } from "./rewrite/instructions/control.ts";
import { OPCODES, SIMD } from "./rewrite/instructions/instruction.ts";
import { INSTRUCTIONS } from "./rewrite/instructions/table.ts";
import { type ModuleShape, readerOf } from "./rewrite/module-shape.ts";
import { type RewriteRefusal, RewriteRefused } from "./rewrite/refusal.ts";

/**
 * What the code of a module uses beyond WebAssembly 1.0 in integers. `computed-nans`: floating-point numbers whose NaNs are
 * made canonical for a deterministic guest.
 */
export type UsedFeature =
  | VisibleFeature
  | "computed-nans"
  | "floating-point"
  | "saturating-truncation"
  | "sign-extension"
  | "tail-calls";

/** A feature, and how many functions use it. */
export interface FeatureUse {
  readonly feature: UsedFeature;
  readonly functions: number;
}

/** A refusal that the code of a module meets, and how many functions meet one like it; `refusal` is of the first. */
export interface CodeRefusal {
  readonly refusal: RewriteRefusal;
  readonly functions: number;
}

/** What the code of a module is made of. */
export interface CodeSurvey {
  /** In the order of their names; those of functions that are refused are not known. */
  readonly features: readonly FeatureUse[];
  readonly refusals: readonly CodeRefusal[];
}

/** Features by bit: one byte of memory for each instruction is looked at, and no name. */
const FEATURES = [
  "bulk-memory",
  "computed-nans",
  "exceptions",
  "floating-point",
  "multi-value",
  "reference-types",
  "saturating-truncation",
  "sign-extension",
  "simd",
  "tail-calls",
] as const satisfies readonly UsedFeature[];

const bitOf = (feature: UsedFeature) => 1 << FEATURES.indexOf(feature);
const COMPUTED_NANS = bitOf("computed-nans");
const MULTI_VALUE = bitOf("multi-value");
const SIMD_BIT = bitOf("simd");

const FEATURE_BITS = featureBits();

function featureBits(): Uint16Array {
  const bits = new Uint16Array(OPCODES);
  for (const { opcode, name } of INSTRUCTIONS) {
    const feature = featureOf(opcode, name);
    bits[opcode] =
      (feature === null ? 0 : bitOf(feature)) | (computesFloats(name) ? bitOf("floating-point") : 0);
  }
  return bits;
}

function featureOf(opcode: number, name: string): UsedFeature | null {
  if (opcode >= SIMD) return "simd";
  if (/^(memory\.(init|copy|fill)|data\.drop|table\.(init|copy)|elem\.drop)$/.test(name))
    return "bulk-memory";
  if (/^(table\.(get|set|grow|size|fill)|ref\..*)$/.test(name) || opcode === OP.typedSelect) {
    return "reference-types";
  }
  if (name.includes(".trunc_sat_")) return "saturating-truncation";
  if (/\.extend(8|16|32)_s$/.test(name)) return "sign-extension";
  if (name.startsWith("return_call")) return "tail-calls";
  if (/^(throw|throw_ref|try_table)$/.test(name)) return "exceptions";
  return null;
}

/** Loads, stores and constants count too: whoever has none of these computes with integers alone. */
function computesFloats(name: string): boolean {
  return /^f(32|64)|_f(32|64)/.test(name);
}

/**
 * Reads every function of a module, also behind one that is refused. The time it takes grows with their bytes alone.
 *
 * @param shape - of a module that the engine has validated.
 */
export function surveyCode(shape: ModuleShape): CodeSurvey {
  const { bytes, sections, importedFunctions } = shape;
  const uses = new Uint32Array(FEATURES.length);
  const refusals = new Map<string, { refusal: RewriteRefusal; functions: number }>();
  const decoder = createFunctionDecoder(shape, DEFAULT_ADMISSION_LIMITS);
  const section = sections.find(({ id }) => id === SECTION.code);
  const code = section === undefined ? createByteReader(bytes, 0, 0) : readerOf(bytes, section);
  const count = code.atEnd ? 0 : code.u32();
  for (let position = 0; position < count; position++) {
    const size = code.u32();
    const start = code.offset;
    code.section(size);
    try {
      const found = featuresOf(decoder.decode(importedFunctions + position, start, start + size));
      for (let feature = 0; feature < FEATURES.length; feature++) {
        if ((found & (1 << feature)) !== 0) uses[feature] = (uses[feature] ?? 0) + 1;
      }
    } catch (error) {
      if (!(error instanceof RewriteRefused)) throw error;
      const kind = kindOf(error.refusal);
      const known = refusals.get(kind);
      if (known === undefined) refusals.set(kind, { refusal: error.refusal, functions: 1 });
      else known.functions += 1;
    }
  }
  const features = FEATURES.map((feature, bit) => ({ feature, functions: uses[bit] ?? 0 }));
  return { features: features.filter(({ functions }) => functions > 0), refusals: [...refusals.values()] };
}

function featuresOf(code: FunctionCode): number {
  const { count, opcodes, operands, lists, vectors } = code;
  let found = vectors ? SIMD_BIT : 0;
  for (let instruction = 0; instruction < count; instruction++) {
    const opcode = opcodes[instruction] ?? 0;
    found |= FEATURE_BITS[opcode] ?? 0;
    switch (opcode) {
      case OP.block:
      case OP.loop:
      case OP.if:
        if (isMultiValue(operands[instruction] ?? 0)) found |= MULTI_VALUE;
        break;
      case OP.tryTable:
        if (isMultiValue(lists[operands[instruction] ?? 0] ?? 0)) found |= MULTI_VALUE;
        break;
    }
  }
  return planCanonicalNans(code) === null ? found : found | COMPUTED_NANS;
}

function isMultiValue(arity: number): boolean {
  return blockParameters(arity) > 0 || blockResults(arity) > 1;
}

/** Refusals of one kind differ in their function and place. */
function kindOf(refusal: RewriteRefusal): string {
  switch (refusal.reason) {
    case "unsupported-instruction":
    case "function-too-complex":
      return kindOfInstruction(refusal);
    default:
      return refusal.reason;
  }
}

function kindOfInstruction(refusal: InstructionRefusal): string {
  return `${refusal.reason} ${refusal.reason === "function-too-complex" ? refusal.measure : refusal.feature}`;
}
