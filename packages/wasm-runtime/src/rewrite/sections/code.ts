import type { ByteReader } from "../../binary/byte-reader.ts";
import {
  type AdmissionLimits,
  admitLandings,
  admitMachineCode,
  admitOperands,
  admitRewritten,
} from "../admission.ts";
import type { BranchHint } from "../body-output.ts";
import { summarizeFunction } from "../call-graph.ts";
import { planCanonicalNans } from "../canonicalize-nan.ts";
import { type CodeWriter, createCodeWriter } from "../code-writer.ts";
import { createFunctionDecoder } from "../decode-function.ts";
import { encodeFunction } from "../encode-function.ts";
import { growthFailedFunction } from "../growth-writer.ts";
import { EMPTY_BLOCK, OP } from "../instructions/control.ts";
import { type Layout, VALUE_CODES } from "../layout.ts";
import { createMachineCodeEstimator } from "../machine-code.ts";
import { planEntryChecks } from "../meter/entry-checks.ts";
import type { MeteringPlanner } from "../meter/plan-metering.ts";
import type { ModuleShape } from "../module-shape.ts";
import { cannotFollow } from "../refusal.ts";
import { frameBytes, planCountedFrames } from "../stack-depth.ts";
import { createStackFollower } from "../stack-height.ts";
import type { BranchHints } from "./branch-hints.ts";

export interface CodeOptions {
  readonly limits: AdmissionLimits;
  readonly canonicalizeNans: boolean;
  readonly planMetering: MeteringPlanner;
  /** The guest's own. */
  readonly hints: BranchHints;
}

/** The code section, and the hints that belong to it. */
export interface RewrittenCode {
  readonly section: CodeWriter;
  /** How much machine code can become of it, estimated; see `createMachineCodeEstimator`. */
  readonly machineCodeBytes: number;
  readonly hints: readonly { readonly functionIndex: number; readonly hints: readonly BranchHint[] }[];
}

/** Rewrites every function, one after the other, and adds our own: what asks for fuel, and what says that the host had no room. */
export function writeCode(
  guest: ByteReader | null,
  shape: ModuleShape,
  layout: Layout,
  { limits, canonicalizeNans, planMetering, hints: guestHints }: CodeOptions,
): RewrittenCode {
  const { bytes, types, functionTypes, importedFunctions } = shape;
  const decoder = createFunctionDecoder(shape, limits);
  const highestStack = createStackFollower(shape);
  const section = createCodeWriter(guest === null ? 64 : bytes.length * 2);
  const allHints: { functionIndex: number; hints: readonly BranchHint[] }[] = [];
  const machineCode = createMachineCodeEstimator(shape);
  let machineCodeBytes = machineCode.aroundBytes;
  let landingsTimesValues = 0;
  const bodies = guest === null ? [] : readBodies(guest);
  const summaries = bodies.map(({ start, end }, position) => {
    const code = decoder.decode(importedFunctions + position, start, end);
    const highest = highestStack(code);
    admitOperands(code.functionIndex, { operands: highest.operands, control: code.control }, limits);
    landingsTimesValues += code.landings * (code.locals + highest.operands);
    admitLandings(code.functionIndex, landingsTimesValues, limits);
    const summary = summarizeFunction(code, importedFunctions, frameBytes(code, shape, highest));
    return { ...summary, operands: highest.operands };
  });
  const checkedOnEntry = planEntryChecks(summaries, importedFunctions);
  const counted = planCountedFrames(summaries, importedFunctions);
  section.u32(bodies.length + 2);
  for (const [position, { start, end }] of bodies.entries()) {
    const functionIndex = importedFunctions + position;
    const code = decoder.decode(functionIndex, start, end);
    const type = types[functionTypes[functionIndex] ?? -1];
    if (type === undefined) throw cannotFollow(start, `function ${functionIndex} without a type`);
    const metering = planMetering(code, {
      importedFunctions,
      checkedOnEntry: checkedOnEntry[position] === 1,
      frameBytes: summaries[position]?.frameBytes ?? 0,
    });
    const given = guestHints.get(functionIndex);
    const { body, hints } = encodeFunction(
      bytes,
      code,
      type,
      {
        metering,
        frameBytes: counted[position] === 1 ? (summaries[position]?.frameBytes ?? null) : null,
        counted: (callee) => counted[callee - importedFunctions] === 1,
        canonicalNans: canonicalizeNans ? planCanonicalNans(code) : null,
        hints:
          given === undefined ? null : new Map([...given].map(([offset, value]) => [start + offset, value])),
      },
      layout,
    );
    section.sized(body);
    admitRewritten(section.length, limits);
    machineCodeBytes += machineCode.functionBytes({
      code,
      operands: summaries[position]?.operands ?? 0,
      unrolled: metering.unrolled,
      rewrittenBytes: body.length,
    });
    admitMachineCode(machineCodeBytes, limits);
    if (hints.length > 0) allHints.push({ functionIndex: layout.functionIndex(functionIndex), hints });
  }
  section.sized(refuelFunction(layout));
  section.sized(growthFailedFunction(layout));
  return { section, machineCodeBytes, hints: allHints };
}

/** Where the body of each function begins and ends. */
function readBodies(guest: ByteReader): readonly { readonly start: number; readonly end: number }[] {
  return Array.from({ length: guest.u32() }, () => {
    const size = guest.u32();
    const start = guest.offset;
    guest.section(size);
    return { start, end: start + size };
  });
}

/**
 * Asks the host for fuel until there is some: so a budget ends at the same place whatever the size of its slices, and
 * nobody goes on in debt. What was granted is added to the global, which a function that keeps the count in a local has not
 * brought up to date: that happens at places which do not depend on the slices, and so the global says the same for any.
 */
function refuelFunction({ fuelGlobal, yieldFunction }: Layout): CodeWriter {
  const left = 0;
  const answer = 1;
  const body = createCodeWriter();
  const withIndex = (opcode: number, index: number) => {
    body.byte(opcode);
    body.u32(index);
  };
  body.bytes(Uint8Array.of(1, 1, VALUE_CODES.i64));
  body.byte(OP.loop);
  body.byte(EMPTY_BLOCK);
  withIndex(OP.globalGet, fuelGlobal);
  withIndex(OP.localGet, left);
  withIndex(OP.call, yieldFunction);
  withIndex(OP.localTee, answer);
  withIndex(OP.localGet, left);
  body.byte(OP.i64Sub);
  body.byte(OP.i64Add);
  withIndex(OP.globalSet, fuelGlobal);
  withIndex(OP.localGet, answer);
  withIndex(OP.localTee, left);
  body.byte(OP.i64Const);
  body.signed(0);
  body.byte(OP.i64LtS);
  withIndex(OP.brIf, 0);
  body.byte(OP.end);
  withIndex(OP.localGet, left);
  body.byte(OP.end);
  return body;
}
