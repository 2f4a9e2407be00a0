/** The wire levels that Assay speaks, newest first. */
export const ABI_LEVELS = ["head", "pr33"] as const;

/**
 * Which generation of the guest contract a guest was built for. The two lay out the same messages differently,
 * and a guest does not say which one it speaks; the host decides.
 */
export type AbiLevel = (typeof ABI_LEVELS)[number];

/** A level, or `auto`: let {@link resolveAbiLevel} tell it from the guest's exports. */
export type AbiSelection = AbiLevel | "auto";

/** The WebAssembly number types that can cross the boundary. */
export type ValueType = "i32" | "i64" | "f32" | "f64";

/**
 * A parameter as its handler sees it. `bytes` lowers to `(pointer: i32, length: i32)` and is copied out of the guest
 * before the handler runs. `buffer` lowers to `(pointer: i32, capacity: i32)` and says where the reply may be written.
 */
export type HostParameter = ValueType | "bytes" | "buffer";

/** Whether the guest is suspended while the host answers (`suspending`), or its thread waits (`sync`). */
export type HostFunctionKind = "sync" | "suspending";

/** What a host function takes and gives back, and how it is called. At most one parameter is a `buffer`. */
export interface HostFunctionSignature {
  readonly params: readonly HostParameter[];
  /** `null`: the function returns nothing. */
  readonly result: ValueType | null;
  readonly kind: HostFunctionKind;
  /** The levels that have this function; absent means every level. */
  readonly levels?: readonly AbiLevel[];
}

/** A function type of WebAssembly with at most one result. */
export interface WasmFunctionType {
  readonly params: readonly ValueType[];
  readonly result: ValueType | null;
}

/** The WebAssembly parameters that a guest must import a host function with: `bytes` and `buffer` are two `i32` each. */
export function lowerParameters(params: readonly HostParameter[]): readonly ValueType[] {
  return params.flatMap((param): readonly ValueType[] =>
    param === "bytes" || param === "buffer" ? ["i32", "i32"] : [param],
  );
}

/** Whether a host function or a guest's export exists at `level`; absent levels mean every level. */
export function isAvailableAt(
  { levels }: Pick<HostFunctionSignature, "result" | "levels">,
  level: AbiLevel,
): boolean {
  return levels === undefined || levels.includes(level);
}

/**
 * The level to speak with a guest.
 *
 * @param exportNames - the names the guest exports. With `auto`, an `allocate` among them means `head`, anything else
 *   `pr33`: guests of that time export only `alloc`. A selected level is taken as it is.
 */
export function resolveAbiLevel(selection: AbiSelection, exportNames: Iterable<string>): AbiLevel {
  if (selection !== "auto") return selection;
  return new Set(exportNames).has("allocate") ? "head" : "pr33";
}
