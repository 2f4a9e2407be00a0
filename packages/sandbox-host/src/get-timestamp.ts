import { defineHostFunction, type HostFunction, PLATFORM_SANDBOX } from "@assay/host-interface";
import type { HostContext } from "./context.ts";

/** `get_timestamp() -> i64`: milliseconds since the epoch, by the host's clock mode. */
export function createGetTimestamp(context: HostContext): HostFunction {
  return defineHostFunction(PLATFORM_SANDBOX, "get_timestamp", ({ fuelUsed }) => ({
    value: context.state.clock.timestampMs(fuelUsed),
  }));
}
