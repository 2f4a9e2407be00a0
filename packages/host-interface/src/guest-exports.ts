import type { AbiLevel, WasmFunctionType } from "./abi.ts";

/** A function that a guest exports for the host to call. */
export interface GuestExportSignature extends WasmFunctionType {
  /** The levels whose guests export it; absent means every level. */
  readonly levels?: readonly AbiLevel[];
}

/** The name of the one memory that a guest must export. */
export const GUEST_MEMORY_EXPORT = "memory";

/**
 * The exports that a host may call. An `i64` result is a packed pointer, see {@link unpackPointer}.
 *
 * - `alloc(size)`, `allocate(size, align) -> pointer`: room for the host's bytes; 0 means there is none.
 * - `evaluate(pointer, length)`: takes an `EvaluationInput`, returns an `EvaluationOutput`.
 * - `validate(pointer, length) -> i32`: takes an `EvaluationInput`; non-zero means valid.
 * - `handle_route(pointer, length)`: takes a `WasmRouteRequest`, returns a `WasmRouteResponse`.
 * - `get_tasks`, `get_routes`, `get_weights`: return lists of `TaskDefinition`, `WasmRouteDefinition`, `WeightEntry`.
 * - `validate_storage_write(key, keyLength, value, valueLength) -> i32`: exactly 1 means allowed.
 * - the rest is exported by guests, but no host of the original ever called it.
 */
export const GUEST_EXPORTS = {
  alloc: { params: ["i32"], result: "i32" },
  allocate: { params: ["i32", "i32"], result: "i32", levels: ["head"] },
  evaluate: { params: ["i32", "i32"], result: "i64" },
  validate: { params: ["i32", "i32"], result: "i32" },
  get_name: { params: [], result: "i32" },
  get_version: { params: [], result: "i32" },
  generate_task: { params: ["i32", "i32"], result: "i64" },
  setup_environment: { params: ["i32", "i32"], result: "i32" },
  get_tasks: { params: [], result: "i64", levels: ["head"] },
  configure: { params: ["i32", "i32"], result: "i32", levels: ["head"] },
  get_routes: { params: [], result: "i64", levels: ["head"] },
  handle_route: { params: ["i32", "i32"], result: "i64", levels: ["head"] },
  get_weights: { params: [], result: "i64", levels: ["head"] },
  validate_storage_write: { params: ["i32", "i32", "i32", "i32"], result: "i32", levels: ["head"] },
} as const satisfies Readonly<Record<string, GuestExportSignature>>;

/** The name of an export in {@link GUEST_EXPORTS}. */
export type GuestExportName = keyof typeof GUEST_EXPORTS;
