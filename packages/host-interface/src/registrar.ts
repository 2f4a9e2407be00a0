import type { HostFunctionKind, HostFunctionSignature, HostParameter } from "./abi.ts";
import { type HostFunctionProblem, HostInterfaceError } from "./errors.ts";
import type { HostCall, HostReply } from "./host-call.ts";

/**
 * Answers one call. A failure that the guest caused or may know of is a reply; a throw or a rejection is a failure of
 * the host, and ends the guest.
 */
export type HostFunctionHandler = (call: HostCall) => HostReply | Promise<HostReply>;

/** A host function: the import it satisfies, its type, and who answers. */
export interface HostFunction {
  readonly module: string;
  readonly name: string;
  readonly signature: HostFunctionSignature;
  readonly handle: HostFunctionHandler;
}

/** Somebody who brings host functions. Anyone can write one; the runtime knows none by name. */
export interface HostFunctionRegistrar {
  /** For error messages. */
  readonly name: string;
  readonly functions: readonly HostFunction[];
}

/** The key of a function in the map of {@link collectHostFunctions}. */
export function hostFunctionKey(module: string, name: string): string {
  return `${module}\0${name}`;
}

/**
 * The functions of all registrars in one table, by {@link hostFunctionKey}.
 *
 * @throws {HostInterfaceError} `DUPLICATE_HOST_FUNCTION`: a function is defined twice, by two registrars or by one.
 * @throws {HostInterfaceError} `INVALID_HOST_FUNCTION`: a function that no guest could be linked with.
 */
export function collectHostFunctions(
  registrars: readonly HostFunctionRegistrar[],
): ReadonlyMap<string, HostFunction> {
  const functions = new Map<string, HostFunction>();
  const definedBy = new Map<string, string>();
  for (const registrar of registrars) {
    for (const hostFunction of registrar.functions) {
      const { module, name } = hostFunction;
      const problem = problemOf(hostFunction);
      if (problem !== null) {
        throw new HostInterfaceError({
          code: "INVALID_HOST_FUNCTION",
          module,
          name,
          registrar: registrar.name,
          problem,
        });
      }
      const key = hostFunctionKey(module, name);
      const first = definedBy.get(key);
      if (first !== undefined) {
        throw new HostInterfaceError({
          code: "DUPLICATE_HOST_FUNCTION",
          module,
          name,
          registrars: [first, registrar.name],
        });
      }
      functions.set(key, hostFunction);
      definedBy.set(key, registrar.name);
    }
  }
  return functions;
}

const VALUE_TYPES: ReadonlySet<unknown> = new Set(["i32", "i64", "f32", "f64"] satisfies HostParameter[]);
const KINDS: ReadonlySet<unknown> = new Set(["sync", "suspending"] satisfies HostFunctionKind[]);

function problemOf({ module, name, signature }: HostFunction): HostFunctionProblem | null {
  if (module === "" || name === "") return "an empty module or function name";
  // The key joins both names with NUL; with one inside a name two functions could share a key.
  if (module.includes("\0") || name.includes("\0")) return "a NUL character in the module or function name";
  // A reply is one piece of bytes, so there can be only one place for it.
  if (signature.params.filter((param) => param === "buffer").length > 1)
    return "more than one buffer parameter";
  if (!signature.params.every((param) => param === "bytes" || param === "buffer" || VALUE_TYPES.has(param))) {
    return "an unknown parameter type";
  }
  if (signature.result !== null && !VALUE_TYPES.has(signature.result)) return "an unknown result type";
  if (!KINDS.has(signature.kind)) return "an unknown kind";
  return null;
}
