import type {
  HostFunctionHandler,
  HostFunctionRegistrar,
  HostFunctionSignature,
} from "@assay/host-interface";

/** A registrar of functions in the module `host`. */
export function registrar(
  functions: Readonly<Record<string, HostFunctionSignature & { readonly handle: HostFunctionHandler }>>,
  { module = "host", name = "test" } = {},
): HostFunctionRegistrar {
  return {
    name,
    functions: Object.entries(functions).map(([functionName, { handle, ...signature }]) => ({
      module,
      name: functionName,
      signature,
      handle,
    })),
  };
}

/** Settles when `signal` is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  signal.addEventListener("abort", () => resolve(), { once: true });
  return promise;
}
