/**
 * The parts of the engine's WebAssembly that this package uses, typed. TypeScript declares WebAssembly only in its DOM
 * library, and JavaScript Promise Integration (`Suspending`, `promising`) nowhere.
 */

/** The unit in which a memory is declared and grows. */
export const PAGE_BYTES = 65_536;

declare const brand: unique symbol;

/** A compiled module: opaque, and safe to post to another thread, which then shares the machine code. */
export interface WasmModule {
  readonly [brand]?: "module";
}

/** A guest's memory. `buffer` is another object after each `memory.grow`; the old one has length 0 then. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

/** What an instance exports: a frozen object without prototype. */
export type WasmExports = Readonly<Record<string, unknown>>;

/** A function that a guest exports. */
export type WasmFunction = (...args: (number | bigint)[]) => unknown;

/** By module, then by name; neither level has a prototype, so `__proto__` is a name like any other. */
export type WasmImports = Record<string, Record<string, unknown>>;

interface WebAssemblyApi {
  readonly validate: (bytes: Uint8Array) => boolean;
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Instance: new (module: WasmModule, imports: WasmImports) => { readonly exports: WasmExports };
  readonly Memory: new (limits: { readonly initial: number; readonly maximum?: number }) => WasmMemory;
  readonly Exception: abstract new (...args: never[]) => object;
  readonly RuntimeError: ErrorConstructor;
  /** What `imported` gives suspends the guest if it is a promise, and is returned at once if it is not. */
  readonly Suspending: new (
    imported: (...args: (number | bigint)[]) => unknown,
  ) => object;
  readonly promising: (exported: WasmFunction) => (...args: (number | bigint)[]) => Promise<unknown>;
}

/** The engine's own object; on an engine without promise integration `Suspending` is missing at run time. */
export const webAssembly: WebAssemblyApi = Reflect.get(globalThis, "WebAssembly");
