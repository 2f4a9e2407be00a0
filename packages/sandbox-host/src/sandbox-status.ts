import { defineHostFunction, type HostFunction, PLATFORM_SANDBOX } from "@assay/host-interface";

/** What the original always answers, also when its sandbox is off. What the policy allows is found out by asking for it. */
const STATUS = 0;

/** `sandbox_status() -> i32`: 0. Exists at head only. */
export function createSandboxStatus(): HostFunction {
  return defineHostFunction(PLATFORM_SANDBOX, "sandbox_status", () => ({ value: STATUS }));
}
