/**
 * One function's instructions in their order, as columns: a function of a hundred thousand instructions costs a few
 * arrays, not a hundred thousand objects. The arrays are longer than `count`, and belong to the decoder: they hold until
 * it decodes the next function.
 */
export interface FunctionCode {
  readonly functionIndex: number;
  /** Where the body begins in the module: at its declaration of locals, from which branch hints count. */
  readonly bodyStart: number;
  /** How many groups of locals it declares, and where the first begins. */
  readonly localGroups: number;
  readonly localGroupsStart: number;
  /** Where its first instruction begins. */
  readonly codeStart: number;
  readonly bodyEnd: number;
  readonly parameters: number;
  /** Parameters and declared locals. */
  readonly locals: number;
  /** How many of `locals` are 128 bits wide. */
  readonly wideLocals: number;
  /** Which of `locals` are of type `exnref`. */
  readonly exceptionLocals: ReadonlySet<number>;
  /** Whether it computes with vectors or keeps them in locals. */
  readonly vectors: boolean;
  /** How many instructions there are; the last is the function's `end`. */
  readonly count: number;
  /** In the numbering of `Instruction.opcode`. */
  readonly opcodes: Uint16Array;
  /** Where each instruction begins in the module. */
  readonly offsets: Uint32Array;
  /**
   * What each instruction needs to be understood, by kind: the index of a function, type, local, global or tag; a label;
   * the arity of a block or loop (see `blockParameters`); for `br_table` and `try_table` a place in `lists`.
   */
  readonly operands: Uint32Array;
  /**
   * At the place of a `br_table`: how many labels, and the labels, the default last. At the place of a `try_table`: its
   * arity, how many catches, and of each its kind, its tag (0 without) and its label.
   */
  readonly lists: readonly number[];
  /** The deepest nesting of blocks; 0 without any. */
  readonly nesting: number;
  /** How many blocks and branches there are; what an exception can leave inside of a `try_table` is a branch. */
  readonly control: number;
  /** How many branches of the last kind there are, those of the meter's own calls included. */
  readonly landings: number;
}

/** Packs how many operands a block takes and leaves into one number. An engine allows 1 000 of each. */
export function blockArity(parameters: number, results: number): number {
  return parameters * 0x1_0000 + results;
}

export function blockParameters(arity: number): number {
  return arity >>> 16;
}

export function blockResults(arity: number): number {
  return arity & 0xffff;
}

/** The kinds of catches in a `try_table`; those of `tagged` name the exception's tag. */
export const CATCH = { tagged: 0x00, taggedWithRef: 0x01, all: 0x02, allWithRef: 0x03 } as const;
