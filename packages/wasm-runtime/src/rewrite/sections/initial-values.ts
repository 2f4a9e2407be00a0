import type { ByteReader } from "../../binary/byte-reader.ts";
import type { CodeWriter } from "../code-writer.ts";
import { unsupportedInstruction } from "../instructions/unsupported.ts";
import type { Layout } from "../layout.ts";
import { RewriteRefused } from "../refusal.ts";

const END = 0x0b;
const GLOBAL_GET = 0x23;
const I32_CONST = 0x41;
const I64_CONST = 0x42;
const F32_CONST = 0x43;
const F64_CONST = 0x44;
const REF_NULL = 0xd0;
const REF_FUNC = 0xd2;
const SIMD_PREFIX = 0xfd;
const V128_CONST = 12;
/** `i32.add`, `i32.sub`, `i32.mul`, and the same of i64: the extended constant expressions. */
const ARITHMETIC: ReadonlySet<number> = new Set([0x6a, 0x6b, 0x6c, 0x7c, 0x7d, 0x7e]);
const PREFIXES: ReadonlySet<number> = new Set([0xfb, 0xfc, SIMD_PREFIX, 0xfe]);

/** Copies the constant expression of a global or a segment; functions that it refers to get their new index. */
export function copyInitialValue(reader: ByteReader, output: CodeWriter, layout: Layout): void {
  for (;;) {
    const offset = reader.offset;
    const opcode = reader.byte();
    output.byte(opcode);
    switch (opcode) {
      case END:
        return;
      case REF_FUNC:
        output.u32(layout.functionIndex(reader.u32()));
        break;
      case GLOBAL_GET:
      case REF_NULL:
        output.u32(reader.u32());
        break;
      case I32_CONST:
      case I64_CONST:
        copyNumber(reader, output);
        break;
      case F32_CONST:
        copyBytes(reader, output, 4);
        break;
      case F64_CONST:
        copyBytes(reader, output, 8);
        break;
      default:
        if (ARITHMETIC.has(opcode)) break;
        copyPrefixed(reader, output, opcode, offset);
    }
  }
}

function copyPrefixed(reader: ByteReader, output: CodeWriter, opcode: number, offset: number): void {
  const prefix = PREFIXES.has(opcode) ? opcode : null;
  const second = prefix === null ? opcode : reader.u32();
  if (prefix !== SIMD_PREFIX || second !== V128_CONST) {
    const hex = (value: number) => `0x${value.toString(16).padStart(2, "0")}`;
    throw new RewriteRefused({
      reason: "unsupported-instruction",
      functionIndex: null,
      feature: unsupportedInstruction(prefix, second),
      opcode: prefix === null ? hex(opcode) : `${hex(prefix)} ${hex(second)}`,
      offset,
    });
  }
  output.u32(second);
  copyBytes(reader, output, 16);
}

function copyNumber(reader: ByteReader, output: CodeWriter): void {
  let next: number;
  do {
    next = reader.byte();
    output.byte(next);
  } while (next >= 0x80);
}

function copyBytes(reader: ByteReader, output: CodeWriter, count: number): void {
  for (let left = count; left > 0; left--) output.byte(reader.byte());
}
