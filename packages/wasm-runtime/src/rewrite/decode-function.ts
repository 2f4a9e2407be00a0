import { type AdmissionLimits, admitShape, admitSize } from "./admission.ts";
import { blockArity, CATCH, type FunctionCode } from "./function-code.ts";
import { EMPTY_BLOCK, OP } from "./instructions/control.ts";
import { IMMEDIATE, MISC, SIMD } from "./instructions/instruction.ts";
import { IMMEDIATE_OF } from "./instructions/table.ts";
import { unsupportedInstruction } from "./instructions/unsupported.ts";
import type { ModuleShape } from "./module-shape.ts";
import { cannotFollow, RewriteRefused } from "./refusal.ts";

const PREFIX_MISC = 0xfc;
const PREFIX_SIMD = 0xfd;
const FIRST_PREFIX = 0xfb;
const LAST_PREFIX = 0xfe;

const V128 = 0x7b;
const EXNREF = 0x69;
/** `funcref`, `externref`, `exnref`: the only heap types that we run. */
const HEAP_TYPES: ReadonlySet<number> = new Set([0x70, 0x6f, EXNREF]);
const VALUE_TYPES: ReadonlySet<number> = new Set([0x7f, 0x7e, 0x7d, 0x7c, V128, ...HEAP_TYPES]);
/** The bit of a signed number's last byte that makes it negative. */
const SIGN = 0x40;
/** The bit of a memory operand's alignment that says: the index of a memory follows. */
const HAS_MEMORY_INDEX = 0x40;

/** How many calls and throws an instruction is, with what the meter puts beside it. */
const LANDINGS: ReadonlyMap<number, number> = new Map([
  ...[OP.call, OP.callIndirect, OP.returnCall, OP.returnCallIndirect, OP.throw, OP.throwRef, OP.loop].map(
    (opcode) => [opcode, 1] as const,
  ),
  ...[OP.memoryInit, OP.memoryCopy, OP.memoryFill, OP.tableInit, OP.tableCopy, OP.tableFill].map(
    (opcode) => [opcode, 1] as const,
  ),
  ...[OP.memoryGrow, OP.tableGrow].map((opcode) => [opcode, 2] as const),
]);

/** Reads functions one after the other; what it returns holds until it reads the next. */
export interface FunctionDecoder {
  /**
   * @param start - where in the module the body begins, after its size.
   * @throws {RewriteRefused} the function uses an instruction that we do not run, or reaches for a local, global, function
   *   or label that it does not have.
   * @throws {WasmRuntimeError} `MODULE_REFUSED` `function-too-complex`.
   */
  decode(functionIndex: number, start: number, end: number): FunctionCode;
}

/** @param shape - of a module that the engine has validated. */
export function createFunctionDecoder(shape: ModuleShape, limits: AdmissionLimits): FunctionDecoder {
  const { bytes, types, functionTypes, globals } = shape;
  let opcodes = new Uint16Array(1024);
  let offsets = new Uint32Array(1024);
  let operands = new Uint32Array(1024);
  let lists: number[] = [];
  let at = 0;

  function byte(): number {
    return bytes[at++] ?? 0;
  }

  function u32(): number {
    let next = byte();
    if (next < 0x80) return next;
    let value = next & 0x7f;
    let factor = 0x80;
    do {
      next = byte();
      value += (next & 0x7f) * factor;
      factor *= 0x80;
    } while (next >= 0x80);
    return value;
  }

  function skipNumber(): void {
    while (byte() >= 0x80);
  }

  function index(limit: number, of: string): number {
    const from = at;
    const value = u32();
    if (value >= limit) throw cannotFollow(from, `${of} ${value}, which is not there`);
    return value;
  }

  function reserve(count: number): void {
    if (opcodes.length >= count) return;
    const room = 2 ** Math.ceil(Math.log2(count));
    opcodes = new Uint16Array(room);
    offsets = new Uint32Array(room);
    operands = new Uint32Array(room);
  }

  function decode(functionIndex: number, start: number, end: number): FunctionCode {
    const type = types[functionTypes[functionIndex] ?? -1];
    if (type === undefined) throw cannotFollow(start, `function ${functionIndex} without a type`);
    const parameters = type.params.length;
    let locals = parameters;
    let wideLocals = type.params.filter((each) => each === "v128").length;
    const exceptionLocals = new Set(
      type.params.flatMap((each, parameter) => (each === "exnref" ? [parameter] : [])),
    );
    at = start;
    const localGroups = u32();
    const localGroupsStart = at;
    for (let left = localGroups; left > 0; left--) {
      const repeated = u32();
      locals += repeated;
      const code = valueType(functionIndex);
      if (code === V128) wideLocals += repeated;
      if (code === EXNREF)
        for (let local = locals - repeated; local < locals; local++) exceptionLocals.add(local);
    }
    admitSize(functionIndex, { bodyBytes: end - start, locals }, limits);

    // An instruction has at least one byte.
    reserve(end - at + 1);
    lists = [];
    const codeStart = at;
    let count = 0;
    let depth = 1;
    let nesting = 0;
    let control = 0;
    let landings = 0;
    /** The depths at which a `try_table` is open, outermost first. */
    const tries: number[] = [];
    let vectors = wideLocals > 0;

    while (depth > 0) {
      if (at >= end) throw cannotFollow(at, "a function without its end");
      const offset = at;
      const opcode = readOpcode(functionIndex);
      const immediate = (IMMEDIATE_OF[opcode] ?? 0) - 1;
      let operand = 0;
      switch (immediate) {
        case IMMEDIATE.none:
          if (opcode === OP.end) {
            if (tries.at(-1) === depth) tries.pop();
            depth -= 1;
          }
          break;
        case IMMEDIATE.local:
          operand = index(locals, "local");
          break;
        case IMMEDIATE.i32:
        case IMMEDIATE.i64:
          skipNumber();
          break;
        case IMMEDIATE.memoryAccess:
          memoryAccess(functionIndex, offset);
          break;
        case IMMEDIATE.blockType:
          operand = blockType(functionIndex);
          depth += 1;
          control += 1;
          break;
        case IMMEDIATE.label:
          operand = index(depth, "label");
          control += 1;
          break;
        case IMMEDIATE.function:
          operand = index(functionTypes.length, "function");
          break;
        case IMMEDIATE.global:
          operand = index(globals, "global");
          break;
        case IMMEDIATE.typeAndTable:
          operand = index(types.length, "type");
          skipNumber();
          break;
        case IMMEDIATE.labels: {
          operand = lists.length;
          const labels = u32() + 1;
          if (labels > end - at) throw cannotFollow(offset, "a br_table longer than its function");
          lists.push(labels);
          for (let left = labels; left > 0; left--) lists.push(index(depth, "label"));
          control += labels;
          break;
        }
        case IMMEDIATE.catches:
          operand = lists.length;
          catches(functionIndex, depth, end);
          depth += 1;
          tries.push(depth);
          control += 1 + (lists[operand + 1] ?? 0);
          break;
        case IMMEDIATE.f32:
          at += 4;
          break;
        case IMMEDIATE.f64:
          at += 8;
          break;
        case IMMEDIATE.bytes16:
          at += 16;
          break;
        case IMMEDIATE.lane:
          at += 1;
          break;
        case IMMEDIATE.memoryAccessAndLane:
          memoryAccess(functionIndex, offset);
          at += 1;
          break;
        case IMMEDIATE.memory:
          onlyMemory(functionIndex, offset);
          break;
        case IMMEDIATE.memories:
          onlyMemory(functionIndex, offset);
          onlyMemory(functionIndex, offset);
          break;
        case IMMEDIATE.dataAndMemory:
          skipNumber();
          onlyMemory(functionIndex, offset);
          break;
        case IMMEDIATE.tag:
        case IMMEDIATE.table:
        case IMMEDIATE.element:
        case IMMEDIATE.data:
          operand = u32();
          break;
        case IMMEDIATE.tables:
        case IMMEDIATE.elementAndTable:
          skipNumber();
          skipNumber();
          break;
        case IMMEDIATE.heapType: {
          const heapType = u32();
          if (!HEAP_TYPES.has(heapType)) throw unsupportedType(functionIndex, heapType, offset);
          break;
        }
        case IMMEDIATE.valueTypes:
          for (let left = u32(); left > 0; left--) valueType(functionIndex);
          break;
        default:
          throw unsupportedOpcode(functionIndex, offset);
      }
      if (tries.length > 0) landings += LANDINGS.get(opcode) ?? 0;
      if (depth > nesting) nesting = depth;
      vectors ||= opcode >= SIMD;
      opcodes[count] = opcode;
      offsets[count] = offset;
      operands[count] = operand;
      count += 1;
    }
    if (at !== end) throw cannotFollow(at, "bytes after the end of a function");
    // The function's own block is no nesting.
    nesting -= 1;
    control += landings;
    admitShape(functionIndex, { locals, nesting, control }, limits);
    return {
      functionIndex,
      bodyStart: start,
      localGroups,
      localGroupsStart,
      codeStart,
      bodyEnd: end,
      parameters,
      locals,
      wideLocals,
      exceptionLocals,
      vectors,
      count,
      opcodes,
      offsets,
      operands,
      lists,
      nesting,
      control,
      landings,
    };
  }

  /** In our numbering; what has no place in it becomes the number of no instruction. */
  function readOpcode(functionIndex: number): number {
    const offset = at;
    const first = byte();
    if (first < FIRST_PREFIX || first > LAST_PREFIX) return first;
    const second = u32();
    if (first === PREFIX_MISC && second < SIMD - MISC) return MISC + second;
    if (first === PREFIX_SIMD && second < 0x100) return SIMD + second;
    throw unsupportedOpcode(functionIndex, offset);
  }

  function unsupportedOpcode(functionIndex: number, offset: number): RewriteRefused {
    at = offset;
    const first = byte();
    const prefixed = first >= FIRST_PREFIX && first <= LAST_PREFIX;
    const second = prefixed ? u32() : 0;
    return new RewriteRefused({
      reason: "unsupported-instruction",
      functionIndex,
      feature: prefixed ? unsupportedInstruction(first, second) : unsupportedInstruction(null, first),
      opcode: prefixed ? `${hex(first)} ${hex(second)}` : hex(first),
      offset,
    });
  }

  function unsupportedType(functionIndex: number, code: number, offset: number): RewriteRefused {
    const opcode = `type ${hex(code)}`;
    return new RewriteRefused({
      reason: "unsupported-instruction",
      functionIndex,
      feature: "gc",
      opcode,
      offset,
    });
  }

  function valueType(functionIndex: number): number {
    const offset = at;
    const code = byte();
    if (!VALUE_TYPES.has(code)) throw unsupportedType(functionIndex, code, offset);
    return code;
  }

  function blockType(functionIndex: number): number {
    const first = bytes[at] ?? 0;
    if (first === EMPTY_BLOCK) {
      at += 1;
      return blockArity(0, 0);
    }
    // Value types are negative numbers, type indices are not.
    if (first < 0x80 && (first & SIGN) !== 0) {
      valueType(functionIndex);
      return blockArity(0, 1);
    }
    const from = at;
    const type = types[index(types.length, "type")];
    if (((bytes[at - 1] ?? 0) & SIGN) !== 0) throw cannotFollow(from, "the type of a block below zero");
    return type === undefined ? 0 : blockArity(type.params.length, type.results.length);
  }

  function memoryAccess(functionIndex: number, offset: number): void {
    if ((u32() & HAS_MEMORY_INDEX) !== 0) onlyMemory(functionIndex, offset);
    skipNumber();
  }

  function onlyMemory(functionIndex: number, offset: number): void {
    const memory = u32();
    if (memory === 0) return;
    throw new RewriteRefused({
      reason: "unsupported-instruction",
      functionIndex,
      feature: "multiple-memories",
      opcode: `memory ${memory}`,
      offset,
    });
  }

  function catches(functionIndex: number, depth: number, end: number): void {
    lists.push(blockType(functionIndex));
    const count = u32();
    if (count > end - at) throw cannotFollow(at, "a try_table longer than its function");
    lists.push(count);
    for (let left = count; left > 0; left--) {
      const kind = byte();
      if (kind > CATCH.allWithRef) throw cannotFollow(at, `a catch of kind ${kind}`);
      lists.push(kind, kind < CATCH.all ? u32() : 0, index(depth, "label"));
    }
  }

  return { decode };
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(2, "0")}`;
}
