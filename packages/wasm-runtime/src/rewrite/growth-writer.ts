import type { BodyOutput } from "./body-output.ts";
import { type CodeWriter, createCodeWriter } from "./code-writer.ts";
import { EMPTY_BLOCK, OP } from "./instructions/control.ts";
import type { Layout } from "./layout.ts";

/** Where a function keeps what an instruction that grows something was given, and what it answered. */
export interface GrowthLocals {
  readonly asked: number;
  readonly answer: number;
}

/** The mark by which a host tells that it is itself the reason why the guest trapped. */
const GROWTH_FAILED = 1;

/**
 * Writes what stands behind a `memory.grow` or `table.grow`: where it has answered -1, a call that traps if the maximum
 * would have allowed the growth. A module says how far it may grow, and a guest may rely on it; that the host ran out of
 * memory or addresses is not for it to see.
 *
 * @param table - the index of the table, for `table.grow`.
 */
export function writeGrowthCheck(
  { body, withIndex, i32Const, ifUnlikely }: BodyOutput,
  layout: Layout,
  { asked, answer }: GrowthLocals,
  opcode: number,
  table: number,
): void {
  withIndex(OP.localGet, answer);
  i32Const(-1);
  body.byte(OP.i32Eq);
  ifUnlikely(() => {
    if (opcode === OP.memoryGrow) withIndex(OP.memorySize, 0);
    else {
      body.byte(MISC_PREFIX);
      body.u32(TABLE_SIZE);
      body.u32(table);
    }
    withIndex(OP.localGet, asked);
    i32Const(opcode === OP.memoryGrow ? layout.maxMemoryPages : layout.maxTableElements(table));
    withIndex(OP.call, layout.growthFailedFunction);
  });
}

const MISC_PREFIX = 0xfc;
const TABLE_SIZE = 16;

/** `(size, asked, maximum) -> ()`: sets the mark and traps, if there should have been room. */
export function growthFailedFunction({ growthFailedGlobal }: Layout): CodeWriter {
  const body = createCodeWriter();
  const unsigned = (local: number) => {
    body.byte(OP.localGet);
    body.u32(local);
    body.byte(OP.i64ExtendI32U);
  };
  body.u32(0);
  unsigned(0);
  unsigned(1);
  body.byte(OP.i64Add);
  unsigned(2);
  body.byte(OP.i64LeU);
  body.byte(OP.if);
  body.byte(EMPTY_BLOCK);
  body.byte(OP.i32Const);
  body.signed(GROWTH_FAILED);
  body.byte(OP.globalSet);
  body.u32(growthFailedGlobal);
  body.byte(OP.unreachable);
  body.byte(OP.end);
  body.byte(OP.end);
  return body;
}
