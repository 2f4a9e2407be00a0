import type { FunctionType, WasmValueType } from "../inspection.ts";
import { type BodyOutput, createBodyOutput } from "./body-output.ts";
import { FLOAT } from "./canonicalize-nan.ts";
import { lengthPrice } from "./costs.ts";
import type { FunctionCode } from "./function-code.ts";
import { writeGrowthCheck } from "./growth-writer.ts";
import { EMPTY_BLOCK, OP } from "./instructions/control.ts";
import { type Layout, VALUE_CODES } from "./layout.ts";
import { createLoopWriter, OUTLINED_LEVELS } from "./meter/loop-writer.ts";
import { createMeterWriter } from "./meter/meter-writer.ts";
import type { MeteringPlan } from "./meter/plan-metering.ts";
import { isOutlined } from "./meter/traits.ts";
import { UNROLLED_ROUNDS } from "./meter/unroll.ts";
import { createStackWriter } from "./stack-writer.ts";
import { writeCanonicalNan } from "./write-canonical-nan.ts";

/** What the passes found out about one function. */
export interface FunctionPlan {
  readonly metering: MeteringPlan;
  /** What one call takes of the stack, in bytes; `null` for a function that is not counted. */
  readonly frameBytes: number | null;
  /** Whether the calls of a function of the guest are counted. */
  readonly counted: (functionIndex: number) => boolean;
  /** One of `FLOAT` for each instruction, or nothing to do. */
  readonly canonicalNans: Uint8Array | null;
  /** The guest's own branch hints: the value by the offset in the module. */
  readonly hints: ReadonlyMap<number, number> | null;
}

const FLOAT_LOCALS: readonly (readonly [number, WasmValueType])[] = [
  [FLOAT.f32, "f32"],
  [FLOAT.f64, "f64"],
  [FLOAT.f32x4, "v128"],
  [FLOAT.f64x2, "v128"],
];

/**
 * Writes one function with what the plans add to it: the only place where they meet.
 *
 * Everything that is not touched is copied as it is, in as long stretches as possible.
 *
 * @returns the body, from its declaration of locals to its end, and its branch hints in the order of their offsets.
 */
export function encodeFunction(
  bytes: Uint8Array,
  code: FunctionCode,
  type: FunctionType,
  plan: FunctionPlan,
  layout: Layout,
): Pick<BodyOutput, "body" | "hints"> {
  const { metering, frameBytes, canonicalNans } = plan;
  const { charges, cached } = metering;
  const { count, opcodes, offsets, operands, lists, nesting } = code;
  const movesLabels = metering.movesLabels;

  const addedLocals: WasmValueType[] = [];
  const addLocal = (localType: WasmValueType): number => code.locals + addedLocals.push(localType) - 1;
  const fuelLocal = cached ? addLocal("i64") : null;
  const lengthLocal = metering.lengths ? addLocal("i32") : 0;
  const grownLocal = metering.lengths ? addLocal("i32") : 0;
  const stackLocal = frameBytes !== null && metering.calls ? addLocal("i32") : null;
  const floatLocals = new Map<number, number>();
  if (canonicalNans !== null) {
    for (const [shape, localType] of FLOAT_LOCALS) {
      if (canonicalNans.includes(shape)) floatLocals.set(shape, addLocal(localType));
    }
  }

  const output = createBodyOutput((code.bodyEnd - code.bodyStart) * 2 + 64);
  const { body, withIndex } = output;
  const meter = createMeterWriter(
    output,
    layout,
    { fuel: fuelLocal, length: lengthLocal, grown: grownLocal },
    metering.checkedOnEntry,
  );
  const loops = createLoopWriter(output, meter);
  const stack = createStackWriter(output, layout, frameBytes, stackLocal);

  // How many blocks are open in the output, and were when each open block of the guest began.
  let level = 0;
  let depth = 0;
  const levels = new Int32Array(nesting + 1);
  const outlined = new Uint8Array(nesting + 1);
  const relabel = (label: number): number => level - (levels[depth - label] ?? 0);

  // The loop whose body is being written several times, and how often it was.
  let unrolledLoop = 0;
  let roundsWritten = UNROLLED_ROUNDS;

  let copiedUntil = code.codeStart;
  function copyUntil(offset: number): void {
    if (offset > copiedUntil) body.bytes(bytes, copiedUntil, offset);
    copiedUntil = offset;
  }

  function openBlock(): void {
    depth += 1;
    level += 1;
    levels[depth] = level;
    outlined[depth] = 0;
  }

  function writeTryTable(offset: number, list: number): void {
    // Its catches are outside of it: their labels are told from the block around.
    let at = offset + 1;
    if ((bytes[at] ?? 0) === EMPTY_BLOCK || ((bytes[at] ?? 0) & 0xc0) === 0x40) at += 1;
    else {
      while ((bytes[at] ?? 0) >= 0x80) at += 1;
      at += 1;
    }
    body.bytes(bytes, offset, at);
    const catches = lists[list + 1] ?? 0;
    body.u32(catches);
    for (let index = 0, entry = list + 2; index < catches; index++, entry += 3) {
      const kind = lists[entry] ?? 0;
      body.byte(kind);
      if (kind < 2) body.u32(lists[entry + 1] ?? 0);
      body.u32(relabel(lists[entry + 2] ?? 0));
    }
  }

  declareLocals();
  stack.enterFrame();
  enterMeter();

  for (let instruction = 0; instruction < count; instruction++) {
    const opcode = opcodes[instruction] ?? 0;
    const operand = operands[instruction] ?? 0;
    const offset = offsets[instruction] ?? 0;
    const next = instruction + 1 < count ? (offsets[instruction + 1] ?? 0) : code.bodyEnd;

    switch (opcode) {
      case OP.block:
        openBlock();
        break;
      case OP.loop:
        copyUntil(offset);
        if (isOutlined(operand)) {
          loops.open(bytes.subarray(offset + 1, next));
          level += OUTLINED_LEVELS;
          openBlock();
          outlined[depth] = 1;
          copiedUntil = next;
          if (metering.unrolled?.[instruction] === 1) {
            loops.beginRounds(charges[instruction + 1] ?? 0);
            level += UNROLLED_ROUNDS;
            unrolledLoop = instruction;
            roundsWritten = 0;
            continue;
          }
        } else {
          copyUntil(next);
          openBlock();
          meter.refuelIfNegative();
        }
        break;
      case OP.tryTable:
        if (movesLabels) {
          copyUntil(offset);
          writeTryTable(offset, operand);
          copiedUntil = next;
        }
        openBlock();
        break;
      case OP.if:
        keepHint(offset);
        openBlock();
        break;
      case OP.end:
        if (depth === 0) {
          copyUntil(offset);
          leaveFunction();
          copiedUntil = next;
          break;
        }
        if (outlined[depth] === 1) {
          copyUntil(offset);
          loops.close();
          level -= OUTLINED_LEVELS;
          copiedUntil = next;
        }
        depth -= 1;
        level -= 1;
        break;
      case OP.br:
      case OP.brIf:
        if (roundsWritten < UNROLLED_ROUNDS - 1) {
          copyUntil(offset);
          loops.endRound(roundsWritten++);
          instruction = unrolledLoop;
          copiedUntil = offsets[instruction + 1] ?? 0;
          continue;
        }
        if (opcode === OP.brIf) keepHint(offset);
        if (roundsWritten === UNROLLED_ROUNDS - 1) {
          copyUntil(offset);
          loops.endRounds(relabel(0), charges[unrolledLoop + 1] ?? 0);
          level -= UNROLLED_ROUNDS;
          roundsWritten = UNROLLED_ROUNDS;
          copiedUntil = next;
          break;
        }
        if (movesLabels) {
          copyUntil(offset);
          withIndex(opcode, relabel(operand));
          copiedUntil = next;
        }
        break;
      case OP.brTable:
        if (movesLabels) {
          copyUntil(offset);
          const labels = lists[operand] ?? 1;
          withIndex(opcode, labels - 1);
          for (let at = operand + 1; at <= operand + labels; at++) body.u32(relabel(lists[at] ?? 0));
          copiedUntil = next;
        }
        break;
      case OP.return:
        if (cached) {
          copyUntil(offset);
          withIndex(OP.br, level - (levels[0] ?? 0));
          copiedUntil = next;
        }
        break;
      case OP.throw:
      case OP.throwRef:
      case OP.unreachable:
        if (cached) {
          copyUntil(offset);
          meter.publishFuel();
        }
        break;
      case OP.call:
      case OP.callIndirect:
        copyUntil(offset);
        meter.publishFuel();
        if (opcode === OP.callIndirect || plan.counted(operand)) stack.passStack(false);
        if (opcode === OP.call) {
          withIndex(opcode, layout.functionIndex(operand));
          copiedUntil = next;
        } else copyUntil(next);
        meter.fetchFuel();
        break;
      case OP.returnCall:
      case OP.returnCallIndirect:
        copyUntil(offset);
        meter.publishFuel();
        if (opcode === OP.returnCallIndirect || plan.counted(operand)) stack.passStack(true);
        if (opcode === OP.returnCall) {
          withIndex(opcode, layout.functionIndex(operand));
          copiedUntil = next;
        }
        break;
      case OP.refFunc:
        copyUntil(offset);
        withIndex(opcode, layout.functionIndex(operand));
        copiedUntil = next;
        break;
      default: {
        const price = opcode >= OP.memoryGrow && metering.lengths ? lengthPrice(opcode) : null;
        if (price !== null) {
          copyUntil(offset);
          if (price.onSuccess) {
            withIndex(OP.localTee, lengthLocal);
            copyUntil(next);
            meter.chargeGrowth(price);
            writeGrowthCheck(output, layout, { asked: lengthLocal, answer: grownLocal }, opcode, operand);
          } else meter.chargeLength(price);
        }
      }
    }
    const shape = canonicalNans?.[instruction] ?? FLOAT.none;
    if (shape !== FLOAT.none) {
      copyUntil(next);
      writeCanonicalNan(body, shape, floatLocals.get(shape) ?? 0);
    }
    const fuel = charges[instruction + 1] ?? 0;
    if (fuel > 0) {
      copyUntil(next);
      meter.charge(fuel);
    }
  }
  return output;

  function declareLocals(): void {
    body.u32(code.localGroups + addedLocals.length);
    body.bytes(bytes, code.localGroupsStart, code.codeStart);
    for (const localType of addedLocals) {
      body.u32(1);
      body.byte(VALUE_CODES[localType]);
    }
  }

  function enterMeter(): void {
    meter.enter(charges[0] ?? 0);
    if (!cached) return;
    // Whatever leaves the function leaves this block, behind which the count is put back.
    body.byte(OP.block);
    const [only] = type.results;
    if (type.results.length > 1) body.signed(layout.typeIndex([], type.results));
    else body.byte(only === undefined ? EMPTY_BLOCK : VALUE_CODES[only]);
    level = 1;
    levels[0] = 1;
  }

  function leaveFunction(): void {
    if (cached) {
      body.byte(OP.end);
      meter.publishFuel();
    }
    body.byte(OP.end);
  }

  function keepHint(offset: number): void {
    const value = plan.hints?.get(offset);
    if (value === undefined) return;
    copyUntil(offset);
    output.hint(value);
  }
}
