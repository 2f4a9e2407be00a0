import { IMMEDIATE, type Instruction, instructions, SIMD } from "./instruction.ts";

const { memoryAccess, memoryAccessAndLane, lane, bytes16 } = IMMEDIATE;

const UNARY = "v128 -> v128";
const BINARY = "v128 v128 -> v128";
const SHIFT = "v128 i32 -> v128";
const TEST = "v128 -> i32";

const simd = (
  first: number,
  signature: string,
  names: string,
  immediate: Instruction["immediate"] = IMMEDIATE.none,
) => instructions(SIMD + first, signature, names, immediate);

/** The name of each instruction of one lane shape. */
const shape = (name: string, operations: string) =>
  operations.replace(/[a-z]\w*/g, (operation) => `${name}.${operation}`);

const INTEGER_COMPARISONS = "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u";
const FLOAT_COMPARISONS = "eq ne lt gt le ge";
const SATURATING = "add add_sat_s add_sat_u sub sub_sat_s sub_sat_u";

/** The 128-bit vectors of WebAssembly 2.0. */
export const VECTOR: readonly Instruction[] = [
  ...simd(
    0,
    "i32 -> v128",
    `v128.load v128.load8x8_s v128.load8x8_u v128.load16x4_s v128.load16x4_u v128.load32x2_s v128.load32x2_u
     v128.load8_splat v128.load16_splat v128.load32_splat v128.load64_splat`,
    memoryAccess,
  ),
  ...simd(11, "i32 v128 ->", "v128.store", memoryAccess),
  ...simd(12, "-> v128", "v128.const", bytes16),
  ...simd(13, BINARY, "i8x16.shuffle", bytes16),
  ...simd(14, BINARY, "i8x16.swizzle"),
  ...simd(15, "i32 -> v128", "i8x16.splat i16x8.splat i32x4.splat"),
  ...simd(18, "i64 -> v128", "i64x2.splat"),
  ...simd(19, "f32 -> v128", "f32x4.splat"),
  ...simd(20, "f64 -> v128", "f64x2.splat"),
  ...simd(21, "v128 -> i32", "i8x16.extract_lane_s i8x16.extract_lane_u", lane),
  ...simd(23, "v128 i32 -> v128", "i8x16.replace_lane", lane),
  ...simd(24, "v128 -> i32", "i16x8.extract_lane_s i16x8.extract_lane_u", lane),
  ...simd(26, "v128 i32 -> v128", "i16x8.replace_lane", lane),
  ...simd(27, "v128 -> i32", "i32x4.extract_lane", lane),
  ...simd(28, "v128 i32 -> v128", "i32x4.replace_lane", lane),
  ...simd(29, "v128 -> i64", "i64x2.extract_lane", lane),
  ...simd(30, "v128 i64 -> v128", "i64x2.replace_lane", lane),
  ...simd(31, "v128 -> f32", "f32x4.extract_lane", lane),
  ...simd(32, "v128 f32 -> v128", "f32x4.replace_lane", lane),
  ...simd(33, "v128 -> f64", "f64x2.extract_lane", lane),
  ...simd(34, "v128 f64 -> v128", "f64x2.replace_lane", lane),

  ...simd(35, BINARY, shape("i8x16", INTEGER_COMPARISONS)),
  ...simd(45, BINARY, shape("i16x8", INTEGER_COMPARISONS)),
  ...simd(55, BINARY, shape("i32x4", INTEGER_COMPARISONS)),
  ...simd(65, BINARY, shape("f32x4", FLOAT_COMPARISONS)),
  ...simd(71, BINARY, shape("f64x2", FLOAT_COMPARISONS)),
  ...simd(77, UNARY, "v128.not"),
  ...simd(78, BINARY, "v128.and v128.andnot v128.or v128.xor"),
  ...simd(82, "v128 v128 v128 -> v128", "v128.bitselect"),
  ...simd(83, TEST, "v128.any_true"),

  ...simd(
    84,
    "i32 v128 -> v128",
    "v128.load8_lane v128.load16_lane v128.load32_lane v128.load64_lane",
    memoryAccessAndLane,
  ),
  ...simd(
    88,
    "i32 v128 ->",
    "v128.store8_lane v128.store16_lane v128.store32_lane v128.store64_lane",
    memoryAccessAndLane,
  ),
  ...simd(92, "i32 -> v128", "v128.load32_zero v128.load64_zero", memoryAccess),
  ...simd(94, UNARY, "f32x4.demote_f64x2_zero f64x2.promote_low_f32x4"),

  ...simd(96, UNARY, shape("i8x16", "abs neg popcnt")),
  ...simd(99, TEST, shape("i8x16", "all_true bitmask")),
  ...simd(101, BINARY, shape("i8x16", "narrow_i16x8_s narrow_i16x8_u")),
  ...simd(103, UNARY, shape("f32x4", "ceil floor trunc nearest")),
  ...simd(107, SHIFT, shape("i8x16", "shl shr_s shr_u")),
  ...simd(110, BINARY, shape("i8x16", SATURATING)),
  ...simd(116, UNARY, shape("f64x2", "ceil floor")),
  ...simd(118, BINARY, shape("i8x16", "min_s min_u max_s max_u")),
  ...simd(122, UNARY, "f64x2.trunc"),
  ...simd(123, BINARY, "i8x16.avgr_u"),
  ...simd(124, UNARY, shape("i16x8", "extadd_pairwise_i8x16_s extadd_pairwise_i8x16_u")),
  ...simd(126, UNARY, shape("i32x4", "extadd_pairwise_i16x8_s extadd_pairwise_i16x8_u")),

  ...simd(128, UNARY, shape("i16x8", "abs neg")),
  ...simd(130, BINARY, "i16x8.q15mulr_sat_s"),
  ...simd(131, TEST, shape("i16x8", "all_true bitmask")),
  ...simd(133, BINARY, shape("i16x8", "narrow_i32x4_s narrow_i32x4_u")),
  ...simd(
    135,
    UNARY,
    shape("i16x8", "extend_low_i8x16_s extend_high_i8x16_s extend_low_i8x16_u extend_high_i8x16_u"),
  ),
  ...simd(139, SHIFT, shape("i16x8", "shl shr_s shr_u")),
  ...simd(142, BINARY, shape("i16x8", SATURATING)),
  ...simd(148, UNARY, "f64x2.nearest"),
  ...simd(149, BINARY, shape("i16x8", "mul min_s min_u max_s max_u _ avgr_u")),
  ...simd(
    156,
    BINARY,
    shape("i16x8", "extmul_low_i8x16_s extmul_high_i8x16_s extmul_low_i8x16_u extmul_high_i8x16_u"),
  ),

  ...simd(160, UNARY, shape("i32x4", "abs neg")),
  ...simd(163, TEST, shape("i32x4", "all_true bitmask")),
  ...simd(
    167,
    UNARY,
    shape("i32x4", "extend_low_i16x8_s extend_high_i16x8_s extend_low_i16x8_u extend_high_i16x8_u"),
  ),
  ...simd(171, SHIFT, shape("i32x4", "shl shr_s shr_u")),
  ...simd(174, BINARY, shape("i32x4", "add _ _ sub _ _ _ mul min_s min_u max_s max_u dot_i16x8_s")),
  ...simd(
    188,
    BINARY,
    shape("i32x4", "extmul_low_i16x8_s extmul_high_i16x8_s extmul_low_i16x8_u extmul_high_i16x8_u"),
  ),

  ...simd(192, UNARY, shape("i64x2", "abs neg")),
  ...simd(195, TEST, shape("i64x2", "all_true bitmask")),
  ...simd(
    199,
    UNARY,
    shape("i64x2", "extend_low_i32x4_s extend_high_i32x4_s extend_low_i32x4_u extend_high_i32x4_u"),
  ),
  ...simd(203, SHIFT, shape("i64x2", "shl shr_s shr_u")),
  ...simd(206, BINARY, shape("i64x2", "add _ _ sub _ _ _ mul eq ne lt_s gt_s le_s ge_s")),
  ...simd(
    220,
    BINARY,
    shape("i64x2", "extmul_low_i32x4_s extmul_high_i32x4_s extmul_low_i32x4_u extmul_high_i32x4_u"),
  ),

  ...simd(224, UNARY, shape("f32x4", "abs neg _ sqrt")),
  ...simd(228, BINARY, shape("f32x4", "add sub mul div min max pmin pmax")),
  ...simd(236, UNARY, shape("f64x2", "abs neg _ sqrt")),
  ...simd(240, BINARY, shape("f64x2", "add sub mul div min max pmin pmax")),
  ...simd(248, UNARY, shape("i32x4", "trunc_sat_f32x4_s trunc_sat_f32x4_u")),
  ...simd(250, UNARY, shape("f32x4", "convert_i32x4_s convert_i32x4_u")),
  ...simd(252, UNARY, shape("i32x4", "trunc_sat_f64x2_s_zero trunc_sat_f64x2_u_zero")),
  ...simd(254, UNARY, shape("f64x2", "convert_low_i32x4_s convert_low_i32x4_u")),
];
