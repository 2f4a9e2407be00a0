import type { HostParameter } from "./abi.ts";

/** Why a host function cannot be linked as its registrar defined it. */
export type HostFunctionProblem =
  | "more than one buffer parameter"
  | "an empty module or function name"
  | "a NUL character in the module or function name"
  | "an unknown parameter type"
  | "an unknown result type"
  | "an unknown kind";

/** Why there can be no such schema. */
export type SchemaProblem =
  | "a field name that is not an identifier"
  | "an enumeration without variants"
  | "a list of values that take no bytes"
  | "an option of a value that can itself be null"
  | "a map key that is not a string, an integer or a bool"
  | "a length that is not a non-negative integer";

/** What the host's own code did wrong; what a guest's bytes did wrong is a `BincodeError`. */
export type HostInterfaceFailure =
  | {
      readonly code: "DUPLICATE_HOST_FUNCTION";
      readonly module: string;
      readonly name: string;
      /** The registrars that define the function, in the order given; the same name twice when one does so itself. */
      readonly registrars: readonly [string, string];
    }
  | {
      readonly code: "INVALID_HOST_FUNCTION";
      readonly module: string;
      readonly name: string;
      readonly registrar: string;
      readonly problem: HostFunctionProblem;
    }
  | {
      readonly code: "ARGUMENT_MISMATCH";
      readonly module: string;
      readonly name: string;
      readonly index: number;
      readonly expected: HostParameter;
    }
  | { readonly code: "INVALID_SCHEMA"; readonly problem: SchemaProblem }
  | {
      readonly code: "VALUE_NOT_ENCODABLE";
      /** Where in the value, as `env[3][0]`; empty for the value itself. */
      readonly path: string;
      /** What has to be there. */
      readonly expected: string;
    };

/** The host used this package wrongly. `failure.code` is API and is what tests compare; the message is for people. */
export class HostInterfaceError extends Error {
  override readonly name = "HostInterfaceError";
  readonly failure: HostInterfaceFailure;

  constructor(failure: HostInterfaceFailure, options?: ErrorOptions) {
    super(describe(failure), options);
    this.failure = failure;
  }
}

function describe(failure: HostInterfaceFailure): string {
  switch (failure.code) {
    case "DUPLICATE_HOST_FUNCTION": {
      const [first, second] = failure.registrars;
      const who = first === second ? `registrar "${first}" twice` : `registrars "${first}" and "${second}"`;
      return `host function ${failure.module}::${failure.name} is defined by ${who}`;
    }
    case "INVALID_HOST_FUNCTION":
      return `host function ${failure.module}::${failure.name} of registrar "${failure.registrar}" has ${failure.problem}`;
    case "ARGUMENT_MISMATCH":
      return `argument ${failure.index} of ${failure.module}::${failure.name} is not ${failure.expected}`;
    case "INVALID_SCHEMA":
      return `a schema has ${failure.problem}`;
    case "VALUE_NOT_ENCODABLE":
      return `${failure.path === "" ? "the value" : failure.path} is not ${failure.expected}`;
  }
}
