import type { AssembleOptions } from "../../src/rewrite/assemble.ts";
import { type RewriteOptions, type RewrittenModule, rewriteModule } from "../../src/rewrite/rewrite.ts";
import type { WasmFunction } from "../../src/webassembly.ts";

/** Runs modules as they are and rewritten, and tells how each call ended in a form that can be compared. */

interface Engine {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Record<string, unknown> };
  readonly Global: abstract new () => { value: unknown };
  readonly Memory: new (limits: { initial: number; maximum?: number }) => { buffer: ArrayBuffer };
  readonly Exception: abstract new () => object;
  readonly RuntimeError: ErrorConstructor;
  readonly validate: (bytes: Uint8Array) => boolean;
}

export const engine: Engine = Reflect.get(globalThis, "WebAssembly");

/** The module, rewritten; a refusal fails the test. */
export function rewritten(bytes: Uint8Array, options?: RewriteOptions): RewrittenModule {
  const result = rewriteModule(bytes, options);
  if (!result.ok) throw new Error(JSON.stringify(result.refusal));
  return result;
}

export type CallOutcome =
  | { readonly returned: unknown }
  | { readonly trapped: string }
  | { readonly threw: "exception" }
  | { readonly ended: "out-of-fuel" | "stack-exhausted" };

export interface Guest {
  readonly exports: Record<string, unknown>;
  call(name: string, ...args: unknown[]): CallOutcome;
  /** Gives the next call the whole stack, as a host does before each; `call` does it by itself. */
  freeStack(): void;
  /** How much fuel all calls so far took. */
  fuelUsed(): bigint;
  readonly yields: () => number;
}

export interface MeterOptions {
  /** How much the guest is given each time it asks. Default: as good as unlimited. */
  readonly slice?: bigint;
  readonly budget?: bigint;
}

const UNLIMITED = 1n << 60n;
/** A module whose function traps: the only error that a guest cannot catch is one of the engine's own. */
const TRAPPING = Uint8Array.of(
  ...[
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 0x74, 0, 0, 10, 5, 1, 3, 0,
    0, 0x0b,
  ],
);

/** An instance of the module as it is. */
export function plainGuest(bytes: Uint8Array, imports: object = {}): Guest {
  const { exports } = new engine.Instance(new engine.Module(bytes), imports);
  return {
    exports,
    call: (name, ...args) => outcomeOf(() => callExport(exports, name, args), exports),
    freeStack() {},
    fuelUsed: () => 0n,
    yields: () => 0,
  };
}

/** An instance of the rewritten module, with the host's side of the meter. The start function has not run. */
export function meteredGuest(
  {
    bytes,
    names,
    maxStackBytes,
  }: Pick<RewrittenModule, "bytes" | "names"> & Pick<AssembleOptions, "maxStackBytes">,
  imports: object = {},
  { slice = UNLIMITED, budget = UNLIMITED }: MeterOptions = {},
): Guest {
  const trap = new engine.Instance(new engine.Module(TRAPPING), {}).exports["t"];
  let granted = 0n;
  let yields = 0;
  let outOfFuel = false;
  let lastLeft = 0n;
  const refill = (left: bigint): bigint => {
    yields += 1;
    if (granted === budget) {
      outOfFuel = true;
      lastLeft = left;
      if (typeof trap === "function") trap();
    }
    const wanted = -smaller(-slice, left);
    const grant = smaller(wanted, budget - granted);
    granted += grant;
    return left + grant;
  };
  const { exports } = new engine.Instance(new engine.Module(bytes), {
    ...imports,
    [names.yieldImport.module]: { [names.yieldImport.name]: refill, ...importedMemory(names) },
  });
  const fuel = globalOf(exports, names.fuelExport);
  const stack = globalOf(exports, names.stackExport);
  const freeStack = () => {
    stack.value = maxStackBytes;
  };
  return {
    exports,
    freeStack,
    call(name, ...args) {
      freeStack();
      const outcome = outcomeOf(() => callExport(exports, name, args), exports);
      if (outOfFuel) return { ended: "out-of-fuel" };
      if ("trapped" in outcome && Number(stack.value) < 0) return { ended: "stack-exhausted" };
      return outcome;
    },
    fuelUsed: () => granted - (outOfFuel ? lastLeft : BigInt(String(fuel.value))),
    yields: () => yields,
  };
}

function importedMemory({ memoryImport }: RewrittenModule["names"]): object {
  if (memoryImport === null) return {};
  const { name, minimumPages: initial, maximumPages: maximum } = memoryImport;
  return { [name]: new engine.Memory(maximum === null ? { initial } : { initial, maximum }) };
}

export function globalOf(exports: Record<string, unknown>, name: string): { value: unknown } {
  const found = exports[name];
  if (found instanceof engine.Global) return found;
  throw new Error(`no global ${name}`);
}

export function functionOf(exports: Record<string, unknown>, name: string): WasmFunction {
  const found = exports[name];
  if (typeof found !== "function") throw new Error(`no function ${name}`);
  return found as WasmFunction;
}

export function memoryOf(exports: Record<string, unknown>, name = "memory"): Buffer {
  const found = exports[name];
  if (found instanceof engine.Memory) return Buffer.from(found.buffer);
  throw new Error(`no memory ${name}`);
}

function callExport(exports: Record<string, unknown>, name: string, args: readonly unknown[]): unknown {
  const called = exports[name];
  if (typeof called !== "function") throw new Error(`no function ${name}`);
  return called(...args);
}

function outcomeOf(run: () => unknown, exports: Record<string, unknown>): CallOutcome {
  try {
    return { returned: comparable(run(), exports) };
  } catch (error) {
    if (error instanceof engine.RuntimeError) return { trapped: error.message };
    if (error instanceof engine.Exception || error === HOST_EXCEPTION) return { threw: "exception" };
    if (error instanceof RangeError) return { trapped: "the engine's stack overflowed" };
    throw error;
  }
}

/** As `Math.min`, which takes no bigint. */
function smaller(one: bigint, other: bigint): bigint {
  if (one < other) return one;
  return other;
}

/** What a host function of the tests throws. */
export const HOST_EXCEPTION = new Error("thrown by the host");

/** Functions of two instances are never the same: they are compared by whether there is one. */
function comparable(value: unknown, exports: Record<string, unknown>): unknown {
  if (Array.isArray(value)) return value.map((each) => comparable(each, exports));
  return typeof value === "function" ? "a function" : value;
}
