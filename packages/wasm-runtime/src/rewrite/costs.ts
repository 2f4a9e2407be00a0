import { OP } from "./instructions/control.ts";
import { type Instruction, OPCODES, SIMD } from "./instructions/instruction.ts";
import { INSTRUCTIONS } from "./instructions/table.ts";

/**
 * The version of everything that decides how much fuel a run takes: the prices below and where they are charged. A result
 * names it; whoever compares fuel compares versions first. Any change that gives one module another count raises it.
 *
 * 2: what every way from a place runs is charged before it is come to. A call that returns costs what it did; one that traps,
 * catches an exception, or is ended by its budget, can cost more, and a function of the host sees more as used.
 */
export const FUEL_VERSION = 2;

/**
 * Prices in units of fuel; one is about what an addition costs.
 *
 * What every way to the end of a function has to run is charged as soon as that is certain, before it runs: a trap or an
 * exception in its middle does not give the rest back. What is paid by length is paid before the work, but for growth,
 * see `LengthPrice`.
 */
export const FUEL_PRICE = Object.freeze({
  /** Everything that has no other price. */
  instruction: 1,
  /** `block`, `loop`, `try_table`, `else`, `end`, `nop`: they become no machine code. */
  structure: 0,
  /** One load or store, of numbers or vectors. */
  memoryAccess: 2,
  /** `table.get`, `table.set`. */
  tableAccess: 2,
  /** Any instruction on vectors. */
  vector: 2,
  /** Division, remainder and square root, of numbers; of vectors too. */
  division: 8,
  /** Conversions from floating point that trap or saturate. */
  truncation: 2,
  brTable: 2,
  call: 5,
  callIndirect: 8,
  /** A direct call of an imported function, instead of `call`. An indirect one costs what any indirect call does. */
  hostCall: 100,
  /** `throw` and `throw_ref`: the engine unwinds the stack. */
  throw: 100,
  /** `memory.grow`, `table.grow`, before their length. */
  grow: 100,
  /** `memory.fill`, `table.copy` and the like, before their length. */
  bulk: 10,
  /** One page that `memory.grow` has added: an eighth of what filling it costs. */
  memoryPage: 1_024,
});

/** `memory.fill`, `memory.copy` and `memory.init` cost one unit for each 8 bytes; tables one for each element. */
export const BYTES_PER_FUEL_SHIFT = 3;

const STRUCTURE = ["nop", "block", "loop", "else", "end", "try_table"];
const BULK = ["memory.init", "memory.copy", "memory.fill", "table.init", "table.copy", "table.fill"];

/** The price of each instruction by opcode, in the numbering of `Instruction.opcode`. */
export const INSTRUCTION_PRICES: Uint16Array = pricesByOpcode();

function pricesByOpcode(): Uint16Array {
  const prices = new Uint16Array(OPCODES);
  for (const instruction of INSTRUCTIONS) prices[instruction.opcode] = priceOf(instruction);
  return prices;
}

function priceOf({ opcode, name }: Instruction): number {
  if (STRUCTURE.includes(name)) return FUEL_PRICE.structure;
  if (BULK.includes(name)) return FUEL_PRICE.bulk;
  if (/\.(div|rem)(_[su])?$|\.sqrt$/.test(name)) return FUEL_PRICE.division;
  if (opcode >= SIMD) return FUEL_PRICE.vector;
  if (/\.(load|store)/.test(name)) return FUEL_PRICE.memoryAccess;
  if (/^i(32|64)\.trunc_/.test(name)) return FUEL_PRICE.truncation;
  switch (name) {
    case "memory.grow":
    case "table.grow":
      return FUEL_PRICE.grow;
    case "table.get":
    case "table.set":
      return FUEL_PRICE.tableAccess;
    case "call":
    case "return_call":
      return FUEL_PRICE.call;
    case "call_indirect":
    case "return_call_indirect":
      return FUEL_PRICE.callIndirect;
    case "br_table":
      return FUEL_PRICE.brTable;
    case "throw":
    case "throw_ref":
      return FUEL_PRICE.throw;
    default:
      return FUEL_PRICE.instruction;
  }
}

/** What is charged by the length that an instruction is given: `(length >> shift) * factor`. */
export interface LengthPrice {
  readonly shift: number;
  readonly factor: number;
  /**
   * `false`: before the work is done. `true`: behind it, and only if the instruction has not answered -1. To ask for more
   * memory than there may be is how some allocators find out; it must not cost what the memory would.
   */
  readonly onSuccess: boolean;
}

/** `null` for an instruction that is not charged by length. */
export function lengthPrice(opcode: number): LengthPrice | null {
  switch (opcode) {
    case OP.memoryInit:
    case OP.memoryCopy:
    case OP.memoryFill:
      return { shift: BYTES_PER_FUEL_SHIFT, factor: 1, onSuccess: false };
    case OP.tableInit:
    case OP.tableCopy:
    case OP.tableFill:
      return { shift: 0, factor: 1, onSuccess: false };
    case OP.tableGrow:
      return { shift: 0, factor: 1, onSuccess: true };
    case OP.memoryGrow:
      return { shift: 0, factor: FUEL_PRICE.memoryPage, onSuccess: true };
    default:
      return null;
  }
}
