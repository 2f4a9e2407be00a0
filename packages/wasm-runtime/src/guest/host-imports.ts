import type { HostArgument, HostParameter } from "@assay/host-interface";
import type { LinkedFunction } from "../protocol.ts";
import type { WasmImports, WasmMemory } from "../webassembly.ts";
import { webAssembly } from "../webassembly.ts";
import { copyFromGuest, guestBuffer } from "./guest-memory.ts";

/** Carries a guest's calls to the thread that answers them. */
export interface HostCalls {
  /** Blocks until the answer is there. */
  callSync(called: LinkedFunction, args: readonly HostArgument[]): unknown;
  /** Settles when the answer is there; never rejects, because a guest can catch a rejection and go on. */
  callSuspending(called: LinkedFunction, args: readonly HostArgument[]): Promise<unknown>;
}

/**
 * The import object of a guest. Nothing on it has a prototype: a guest that imports `__proto__` or `constructor` finds
 * what was linked under that name, or nothing.
 *
 * @param memory - the guest's memory, or `null` before it is instantiated.
 */
export function createHostImports(
  functions: readonly LinkedFunction[],
  maxMessageBytes: number,
  memory: () => WasmMemory | null,
  calls: HostCalls,
): WasmImports {
  const imports: WasmImports = Object.create(null);
  for (const called of functions) {
    const { module, name, params, kind } = called;
    const lift = (values: readonly (number | bigint)[]) =>
      liftArguments(params, values, memory(), maxMessageBytes);
    imports[module] ??= Object.create(null) as Record<string, unknown>;
    imports[module][name] =
      kind === "sync"
        ? (...values: (number | bigint)[]) => calls.callSync(called, lift(values))
        : new webAssembly.Suspending((...values) => calls.callSuspending(called, lift(values)));
  }
  return imports;
}

/** What the guest passed, as the handler's parameters: pointers become copies. */
export function liftArguments(
  params: readonly HostParameter[],
  values: readonly (number | bigint)[],
  memory: WasmMemory | null,
  maxMessageBytes: number,
): HostArgument[] {
  let next = 0;
  const value = (): number | bigint => values[next++] ?? 0;
  // WebAssembly gives i32 as signed numbers; for us addresses and lengths are unsigned.
  const unsigned = (): number => Number(value()) >>> 0;
  return params.map((param): HostArgument => {
    switch (param) {
      case "bytes":
        return copyFromGuest(memory, unsigned(), unsigned(), maxMessageBytes);
      case "buffer":
        return guestBuffer(memory, unsigned(), unsigned());
      default:
        return value();
    }
  });
}
