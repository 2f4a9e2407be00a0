import type { BodyOutput } from "../body-output.ts";
import { EMPTY_BLOCK, OP } from "../instructions/control.ts";
import type { MeterWriter } from "./meter-writer.ts";
import { UNROLLED_ROUNDS } from "./unroll.ts";

/** How many blocks stand around the guest's loop. */
export const OUTLINED_LEVELS = 3;

/** Writes loops whose call for fuel is moved out of them. */
export interface LoopWriter {
  /** @param type - the bytes of the loop's type. */
  open(type: Uint8Array): void;
  /** Instead of the loop's `end`. */
  close(): void;
  /** Behind `open`, in a loop that is charged for several rounds at once; opens `UNROLLED_ROUNDS` blocks. */
  beginRounds(price: number): void;
  /** Instead of the branch that ends a round but the last; `written` rounds were ended before. */
  endRound(written: number): void;
  /** Instead of the branch that ends the last round, whose label is `label`; closes the blocks. */
  endRounds(label: number, price: number): void;
}

export function createLoopWriter({ body, withIndex, unlikely }: BodyOutput, meter: MeterWriter): LoopWriter {
  function emptyBlock(opcode: number): void {
    body.byte(opcode);
    body.byte(EMPTY_BLOCK);
  }

  return {
    /**
     * `block T (loop (block (loop T … check: br_if 1 … body … end) br 2 end) refuel br 0 end) unreachable end`: the check
     * leaves the guest's loop, and comes back by entering it again.
     */
    open(type) {
      body.byte(OP.block);
      body.bytes(type);
      emptyBlock(OP.loop);
      emptyBlock(OP.block);
      body.byte(OP.loop);
      body.bytes(type);
      meter.fuelIsNegative();
      unlikely();
      withIndex(OP.brIf, 1);
    },
    close() {
      body.byte(OP.end);
      withIndex(OP.br, 2);
      body.byte(OP.end);
      meter.refuel();
      withIndex(OP.br, 0);
      body.byte(OP.end);
      body.byte(OP.unreachable);
      body.byte(OP.end);
    },
    /**
     * `charge of all rounds; block (block (block … round eqz br_if 0, round eqz br_if 1, … round br_if loop, br … end) give
     * one round back end) give one round back end) end`: a loop that ends early gets back what it has not run.
     */
    beginRounds(price) {
      meter.charge(price * UNROLLED_ROUNDS);
      for (let block = 0; block < UNROLLED_ROUNDS; block++) emptyBlock(OP.block);
    },
    endRound(written) {
      body.byte(OP.i32Eqz);
      withIndex(OP.brIf, written);
    },
    endRounds(label, price) {
      withIndex(OP.brIf, label);
      withIndex(OP.br, UNROLLED_ROUNDS - 1);
      for (let block = 1; block < UNROLLED_ROUNDS; block++) {
        body.byte(OP.end);
        meter.charge(-price);
      }
      body.byte(OP.end);
    },
  };
}
