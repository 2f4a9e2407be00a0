import type { HostArgument, HostParameter } from "@assay/host-interface";
import type { LinkedFunction } from "../protocol.ts";
import type { WasmImports, WasmMemory } from "../webassembly.ts";
import { webAssembly } from "../webassembly.ts";
import { copyFromGuest, guestBuffer } from "./guest-memory.ts";
import type { HostCalls } from "./host-calls.ts";

/**
 * The import object of a guest. Nothing on it has a prototype: a guest that imports `__proto__` or `constructor` finds
 * what was linked under that name, or nothing.
 *
 * Every one of them suspends the guest: the thread that answers is another one, and this one has other guests to run.
 *
 * @param memory - the guest's memory, or `null` before it is instantiated.
 */
export function createHostImports(
  functions: readonly LinkedFunction[],
  maxMessageBytes: number,
  memory: () => WasmMemory | null,
  call: HostCalls["call"],
): WasmImports {
  const imports: WasmImports = Object.create(null);
  for (const called of functions) {
    const { module, name, params } = called;
    const suspending = new webAssembly.Suspending((...values) =>
      call(called, () => liftArguments(params, values, memory(), maxMessageBytes)),
    );
    addImport(imports, { module, name }, suspending);
  }
  return imports;
}

/** Adds what a guest can import; its module has no prototype either. */
export function addImport(
  imports: WasmImports,
  { module, name }: { readonly module: string; readonly name: string },
  provided: unknown,
): void {
  imports[module] ??= Object.create(null) as Record<string, unknown>;
  imports[module][name] = provided;
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
