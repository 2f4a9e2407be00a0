import type { HostFunctionSignature, HostParameter } from "./abi.ts";
import { type ArgumentOf, argument } from "./arguments.ts";
import type { HostCall, HostReply } from "./host-call.ts";
import type { HostModule } from "./host-functions.ts";
import type { HostFunction } from "./registrar.ts";

/** The arguments of a signature, as a tuple. */
export type ArgumentsOf<P extends readonly HostParameter[]> = {
  readonly [Index in keyof P]: ArgumentOf<P[Index]>;
};

/** A call whose arguments have the types of their parameters. */
export interface TypedHostCall<S extends HostFunctionSignature> extends Omit<HostCall, "arguments"> {
  readonly arguments: ArgumentsOf<S["params"]>;
}

/** A reply that fits the signature: a value exactly when there is a result, bytes only when there is a buffer. */
export type TypedHostReply<S extends HostFunctionSignature> = ReplyValue<S["result"]> &
  ("buffer" extends S["params"][number] ? { readonly write?: Uint8Array } : { readonly write?: never });

type ReplyValue<R extends HostFunctionSignature["result"]> = [R] extends [null]
  ? { readonly value?: never }
  : { readonly value: R extends "i64" ? bigint : number };

/** Answers one call of a function with this signature. */
export type TypedHostFunctionHandler<S extends HostFunctionSignature> = (
  call: TypedHostCall<S>,
) => TypedHostReply<S> | Promise<TypedHostReply<S>>;

/**
 * A host function of a table, whose handler the compiler holds to the table: arguments are typed, and so is the reply.
 *
 * @param table - for example {@link PLATFORM_SANDBOX}, or a third party's own, `as const satisfies HostModule`.
 * @returns a function that rejects a call whose arguments are not of its signature with `ARGUMENT_MISMATCH`, before
 *   the handler sees it.
 */
export function defineHostFunction<M extends HostModule, N extends keyof M["functions"] & string>(
  table: M,
  name: N,
  handle: TypedHostFunctionHandler<M["functions"][N]>,
): HostFunction {
  type Signature = M["functions"][N];
  const functions: M["functions"] = table.functions;
  const signature: Signature = functions[name];
  return {
    module: table.module,
    name,
    signature,
    handle: (call): HostReply | Promise<HostReply> => {
      const checked = signature.params.map((param, index) => argument(call, index, param));
      // Each argument was compared with its parameter, which is what the tuple type says.
      return handle({ ...call, arguments: checked as ArgumentsOf<Signature["params"]> });
    },
  };
}
