import { ABI_LEVELS } from "@assay/host-interface";
import { expect, it } from "vitest";
import { call } from "./support/guest.ts";
import { createTestHost } from "./support/host.ts";
import { prepared } from "./support/policy.ts";

const policy = await prepared();

it.each(ABI_LEVELS)("%s: is the wall clock in milliseconds since the epoch, as an i64", async (abi) => {
  const { host } = createTestHost(policy);
  const before = Date.now();
  const reply = await call(host, "get_timestamp", [], { abi });
  const after = Date.now();
  expect(typeof reply.value).toBe("bigint");
  expect(Number(reply.value)).toBeGreaterThanOrEqual(before);
  expect(Number(reply.value)).toBeLessThanOrEqual(after);
});

it.each([0, 1_700_000_000_000, -1, Number.MAX_SAFE_INTEGER])(
  "stands still at %d in deterministic mode",
  async (timestampMs) => {
    const { host } = createTestHost(policy, { clock: { mode: "deterministic", timestampMs } });
    const first = await call(host, "get_timestamp", []);
    const second = await call(host, "get_timestamp", []);
    expect(first).toEqual({ value: BigInt(timestampMs) });
    expect(second).toEqual(first);
  },
);
