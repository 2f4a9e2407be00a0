import { FLOAT } from "./canonicalize-nan.ts";
import type { CodeWriter } from "./code-writer.ts";
import { OP } from "./instructions/control.ts";

const SIMD_PREFIX = 0xfd;
const V128_CONST = 12;
const V128_BITSELECT = 82;
const F32X4_EQ = 65;
const F64X2_EQ = 71;

/** The canonical NaNs, least significant byte first. */
const NAN_F32 = Uint8Array.of(0, 0, 0xc0, 0x7f);
const NAN_F64 = Uint8Array.of(0, 0, 0, 0, 0, 0, 0xf8, 0x7f);

/** Replaces the value on top of the stack by the canonical NaN if it is one; of a vector, each number by itself. */
export function writeCanonicalNan(body: CodeWriter, shape: number, local: number): void {
  const again = (opcode: number) => {
    body.byte(opcode);
    body.u32(local);
  };
  const vector = (opcode: number) => {
    body.byte(SIMD_PREFIX);
    body.u32(opcode);
  };
  again(OP.localTee);
  switch (shape) {
    case FLOAT.f32:
      body.byte(OP.f32Const);
      body.bytes(NAN_F32);
      break;
    case FLOAT.f64:
      body.byte(OP.f64Const);
      body.bytes(NAN_F64);
      break;
    default: {
      vector(V128_CONST);
      const lane = shape === FLOAT.f32x4 ? NAN_F32 : NAN_F64;
      for (let bytes = 0; bytes < 16; bytes += lane.length) body.bytes(lane);
    }
  }
  again(OP.localGet);
  again(OP.localGet);
  // Only a NaN is not equal to itself.
  switch (shape) {
    case FLOAT.f32:
      body.byte(OP.f32Eq);
      body.byte(OP.select);
      break;
    case FLOAT.f64:
      body.byte(OP.f64Eq);
      body.byte(OP.select);
      break;
    default:
      vector(shape === FLOAT.f32x4 ? F32X4_EQ : F64X2_EQ);
      vector(V128_BITSELECT);
  }
}
