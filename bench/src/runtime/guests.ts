import { readFileSync } from "node:fs";
import {
  type EvaluationInput,
  encodeEvaluationInput,
  type HostFunctionRegistrar,
} from "@assay/host-interface";
import type { CompiledModule, GuestReport, InstanceConfig, Runtime } from "@assay/wasm-runtime";

const GUESTS = new URL("../../guests/", import.meta.url);
const MIB = 1024 * 1024;

/** Every guest is admitted with what its memory may grow to, so that is little. */
export const SMALL_MEMORY = { maxMemoryBytes: MIB } as const satisfies InstanceConfig;

/** The module of `bench/guests/<name>.c`. */
export function readGuest(name: string): Uint8Array {
  return readFileSync(new URL(`${name}.wasm`, GUESTS));
}

/** The submission of a guest that takes numbers. */
export function inputOf(...numbers: readonly number[]): EvaluationInput {
  return {
    agentData: new Uint8Array(Int32Array.from(numbers).buffer),
    challengeId: "bench",
    params: new Uint8Array(),
    taskDefinition: null,
    environmentConfig: null,
  };
}

export function encodedInputOf(...numbers: readonly number[]): Uint8Array {
  return encodeEvaluationInput(inputOf(...numbers));
}

/** Who answers `host-calls.c`: with 1, once `wait` has resolved. */
export function answering(wait: () => Promise<unknown>): readonly HostFunctionRegistrar[] {
  const signature = { params: [], result: "i64", kind: "suspending" } as const;
  const handle = async () => {
    await wait();
    return { value: 1n };
  };
  return [{ name: "bench", functions: [{ module: "extism:host/user", name: "answer", signature, handle }] }];
}

/** One evaluation; a guest that does not return what is expected must not look fast. */
export async function evaluateExpecting(
  runtime: Runtime,
  module: CompiledModule,
  { numbers, score }: { readonly numbers: readonly number[]; readonly score: number },
  config: InstanceConfig = {},
): Promise<GuestReport<unknown>> {
  const report = await runtime.evaluate(module, inputOf(...numbers), { ...SMALL_MEMORY, ...config });
  const { outcome } = report;
  if (outcome.kind !== "returned" || outcome.value.score !== BigInt(score)) {
    const { kind } = outcome;
    throw new Error(`a guest ended as ${kind}${kind === "returned" ? ` with ${outcome.value.score}` : ""}`);
  }
  return report;
}
