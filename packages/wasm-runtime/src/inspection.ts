/** A type of value in WebAssembly 2.0 with exception handling. */
export type WasmValueType = "i32" | "i64" | "f32" | "f64" | "v128" | "funcref" | "externref" | "exnref";

/** A function type of WebAssembly, as a module declares it. */
export interface FunctionType {
  readonly params: readonly WasmValueType[];
  readonly results: readonly WasmValueType[];
}

/** Of a memory in pages of 64 KiB, of a table in elements. `maximum: null`: the module sets none. */
export interface Limits {
  readonly minimum: number;
  readonly maximum: number | null;
}

/** What a module wants from its host. */
export type ModuleImport =
  | { readonly module: string; readonly name: string; readonly kind: "function"; readonly type: FunctionType }
  | {
      readonly module: string;
      readonly name: string;
      readonly kind: "memory" | "table";
      readonly limits: Limits;
    }
  | { readonly module: string; readonly name: string; readonly kind: "global" | "tag" };

/** What a module offers to its host. */
export type ModuleExport =
  | { readonly name: string; readonly kind: "function"; readonly type: FunctionType }
  | { readonly name: string; readonly kind: "memory" | "table" | "global" | "tag" };

/** A table that a module defines or imports. */
export interface ModuleTable {
  readonly element: WasmValueType;
  readonly limits: Limits;
}

/** An extension of WebAssembly 1.0 that shows in a module's sections; what only its code uses does not. */
export type VisibleFeature = "bulk-memory" | "exceptions" | "multi-value" | "reference-types" | "simd";

/** What a module's sections say about it. Nothing of its code was run or read. */
export interface ModuleInspection {
  readonly sizeBytes: number;
  readonly imports: readonly ModuleImport[];
  readonly exports: readonly ModuleExport[];
  /** The one memory that the module defines; `null` without. Imported ones are among `imports`. */
  readonly memory: Limits | null;
  /** The tables that the module defines. */
  readonly tables: readonly ModuleTable[];
  /** Whether code runs as soon as the module is instantiated. */
  readonly hasStart: boolean;
  /** Defined by the module, imported ones not counted. */
  readonly counts: {
    readonly types: number;
    readonly functions: number;
    readonly globals: number;
    readonly tags: number;
    readonly elementSegments: number;
    readonly dataSegments: number;
  };
  readonly customSections: readonly { readonly name: string; readonly sizeBytes: number }[];
  readonly features: readonly VisibleFeature[];
}

/** The type as text, for instance `(i32, i32) -> i64`; no result is `()`, several are a list in parentheses. */
export function formatFunctionType({ params, results }: FunctionType): string {
  return `(${params.join(", ")}) -> ${results.length === 1 ? results.join() : `(${results.join(", ")})`}`;
}
