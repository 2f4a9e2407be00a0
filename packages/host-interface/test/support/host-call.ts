import type { HostArgument, HostCall } from "../../src/index.ts";

/** A call of `m::f` at head. */
export function hostCall(...args: readonly HostArgument[]): HostCall {
  return {
    module: "m",
    name: "f",
    arguments: args,
    abi: "head",
    caller: { evaluationId: "e", challengeId: "c", validatorId: "v" },
    fuelUsed: 0,
    signal: new AbortController().signal,
  };
}
