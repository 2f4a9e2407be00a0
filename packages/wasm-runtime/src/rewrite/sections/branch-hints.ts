import type { ByteReader } from "../../binary/byte-reader.ts";
import type { BranchHint } from "../body-output.ts";
import { type CodeWriter, createCodeWriter } from "../code-writer.ts";

const NAME = "metadata.code.branch_hint";

/** By function, then by the offset in its body. */
export type BranchHints = ReadonlyMap<number, ReadonlyMap<number, number>>;

/** The branch hints that a guest came with; none if the section is another, or cannot be followed. */
export function readBranchHints(guest: ByteReader): BranchHints {
  const functions = new Map<number, Map<number, number>>();
  try {
    if (guest.name() !== NAME) return functions;
    for (let left = guest.u32(); left > 0; left--) {
      const hints = new Map<number, number>();
      functions.set(guest.u32(), hints);
      for (let each = guest.u32(); each > 0; each--) {
        const offset = guest.u32();
        const size = guest.u32();
        const value = guest.byte();
        if (size === 1 && value <= 1) hints.set(offset, value);
        else return new Map();
      }
    }
    return functions;
  } catch {
    return new Map();
  }
}

/** @see https://github.com/WebAssembly/branch-hinting/blob/main/proposals/branch-hinting/Overview.md */
export function writeBranchHints(
  functions: readonly { readonly functionIndex: number; readonly hints: readonly BranchHint[] }[],
): CodeWriter {
  const output = createCodeWriter();
  output.text(NAME);
  output.u32(functions.length);
  for (const { functionIndex, hints } of functions) {
    output.u32(functionIndex);
    output.u32(hints.length);
    for (const { offset, value } of hints) {
      output.u32(offset);
      output.u32(1);
      output.byte(value);
    }
  }
  return output;
}
