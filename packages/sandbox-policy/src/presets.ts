import { policySchema, type SandboxPolicy } from "./schema.ts";

/**
 * The policy to start from: denies every command, because it allows none; has no network; sets every limit to its
 * standard value. A new object at each call.
 */
export function defaultPolicy(): SandboxPolicy {
  return policySchema.parse({});
}

/**
 * A policy under which every program on the standard search path may run. For trying things out, not for untrusted
 * modules: `permissive` is `true` in it, which a host sees in `PreparedPolicy.permissive` and can refuse.
 *
 * Every call emits the process warning `ASSAY_PERMISSIVE_POLICY`. Isolation, limits and budgets stay in force, and
 * the network stays off.
 */
export function permissivePolicy(): SandboxPolicy {
  process.emitWarning("permissivePolicy() lets a guest run any program on the search path", {
    code: "ASSAY_PERMISSIVE_POLICY",
    detail: "Start from defaultPolicy() and list the programs in allowedCommands instead.",
  });
  return policySchema.parse({ permissive: true, environmentWhitelist: ["LANG", "TERM", "USER"] });
}
