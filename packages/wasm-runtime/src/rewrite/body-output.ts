import { type CodeWriter, createCodeWriter } from "./code-writer.ts";
import { EMPTY_BLOCK, OP } from "./instructions/control.ts";

/** A hint for the engine's optimising compiler: whether the branch `offset` bytes into the body is likely to be taken. */
export interface BranchHint {
  readonly offset: number;
  readonly value: number;
}

const UNLIKELY = 0;

/** The body of a function in the making, and the hints that belong to it. */
export interface BodyOutput {
  readonly body: CodeWriter;
  /** In the order of their offsets. */
  readonly hints: readonly BranchHint[];
  /** An instruction with an index or a label behind it. */
  withIndex(opcode: number, index: number): void;
  i32Const(value: number): void;
  i64Const(value: number): void;
  /** Says of the branch that is written next how likely it is. */
  hint(value: number): void;
  /** Says that it is not. */
  unlikely(): void;
  /** Runs what `write` writes if the i32 on the stack is not 0, which it hardly ever is. */
  ifUnlikely(write: () => void): void;
}

export function createBodyOutput(capacity: number): BodyOutput {
  const body = createCodeWriter(capacity);
  const hints: BranchHint[] = [];

  function hint(value: number): void {
    hints.push({ offset: body.length, value });
  }

  return {
    body,
    hints,
    withIndex(opcode, index) {
      body.byte(opcode);
      body.u32(index);
    },
    i32Const(value) {
      body.byte(OP.i32Const);
      body.signed(value);
    },
    i64Const(value) {
      body.byte(OP.i64Const);
      body.signed(value);
    },
    hint,
    unlikely: () => hint(UNLIKELY),
    ifUnlikely(write) {
      hint(UNLIKELY);
      body.byte(OP.if);
      body.byte(EMPTY_BLOCK);
      write();
      body.byte(OP.end);
    },
  };
}
