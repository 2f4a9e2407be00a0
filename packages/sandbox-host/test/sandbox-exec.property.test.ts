import {
  ABI_LEVELS,
  type AbiLevel,
  decodeSandboxExecAnswer,
  type SandboxExecRequest,
} from "@assay/host-interface";
import type { ProcessOutcome } from "@assay/process-executor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SandboxCounters } from "../src/counters.ts";
import { createFakeExecutor, processResult, type ResultFacts } from "./support/fake-executor.ts";
import { buffer, call, execBytes, readable, request } from "./support/guest.ts";
import { createTestHost } from "./support/host.ts";
import { prepared } from "./support/policy.ts";

const policy = await prepared({
  allowedCommands: ["cat", "true"],
  environmentWhitelist: ["TASK"],
  budget: { maxExecutions: 1_000_000, maxTotalTimeMs: 86_400_000, maxTotalOutputBytes: 2 ** 30 },
});

const level = fc.constantFrom(...ABI_LEVELS);

const outcome: fc.Arbitrary<ProcessOutcome> = fc.oneof(
  fc.record({ kind: fc.constant("exited" as const), exitCode: fc.integer({ min: 0, max: 255 }) }),
  fc.constant({ kind: "signalled", signal: "SIGKILL" } as const),
  fc.constant({ kind: "timed-out", timeoutMs: 1500 } as const),
  fc.constant({ kind: "output-limit", stream: "stderr", maxOutputBytes: 3 } as const),
  fc.constant({ kind: "out-of-memory" } as const),
  fc.constant({ kind: "cancelled" } as const),
  fc.record({ kind: fc.constant("spawn-failed" as const), detail: fc.string({ unit: "binary" }) }),
);

const facts: fc.Arbitrary<ResultFacts> = fc.record({
  outcome,
  stdout: fc.uint8Array({ maxLength: 64 }),
  stderr: fc.uint8Array({ maxLength: 64 }),
  stdoutLost: fc.nat(3),
  stderrLost: fc.nat(3),
  durationMs: fc.double({ min: 0, max: 100, noNaN: true }),
});

const text = fc.oneof(
  fc.constantFrom("cat", "true", "TASK", "/work", "sub", "../.."),
  fc.string({ unit: "grapheme" }),
);

const commandFacts: fc.Arbitrary<SandboxExecRequest> = fc.record({
  command: text,
  args: fc.array(text, { maxLength: 4 }),
  env: fc.array(fc.tuple(text, text), { maxLength: 3 }),
  workingDirectory: fc.option(text),
  stdin: fc.option(fc.uint8Array()),
  timeoutMs: fc.option(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
});

/** Requests, requests with some bytes changed or missing, and bytes that never were one. */
const requestBytes = (abi: AbiLevel): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    commandFacts.map((command) => request(abi, command)),
    fc
      .tuple(commandFacts, fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 3 }), fc.nat(400))
      .map(([command, changes, length]) => {
        const bytes = request(abi, command);
        for (const [index, value] of changes) if (index < bytes.length) bytes[index] = value;
        return bytes.subarray(0, length);
      }),
  );

/** The sums that `SandboxCounters` promises. */
function expectSums(counters: SandboxCounters): void {
  const { undeliverable, retried, unreadable, malformed, denied, ignored, approved } = counters;
  expect(counters.requested).toBe(
    undeliverable + retried + unreadable + malformed + denied + ignored + approved,
  );
  const { exited, timedOut, killed, outputLimited, outOfMemory, cancelled, failed } = counters;
  expect(counters.finished).toBe(
    exited + timedOut + killed + outputLimited + outOfMemory + cancelled + failed,
  );
}

describe("any bytes that a guest sends", () => {
  it("get an answer that decodes at their level, and never a throw", async () => {
    const cases = level.chain((abi) => fc.record({ abi: fc.constant(abi), bytes: requestBytes(abi), facts }));
    await fc.assert(
      fc.asyncProperty(cases, async ({ abi, bytes, facts }) => {
        const executor = createFakeExecutor((plan) => processResult(plan, facts));
        const { host } = createTestHost(policy, { executor });
        const reply = await execBytes(host, bytes, { abi });
        if (reply.write === undefined) throw new Error("there was room for any answer");
        expect(reply.value).toBe(reply.write.length);
        expect(decodeSandboxExecAnswer(abi, reply.write)).toHaveProperty("ok");
        expect(host.failure).toBeNull();
        expectSums(host.counters());
      }),
      { numRuns: 500 },
    );
  });

  it("start nothing unless the policy allowed exactly that", async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(requestBytes("head"), requestBytes("pr33")), level, async (bytes, abi) => {
        const { host, executor } = createTestHost(policy);
        await execBytes(host, bytes, { abi });
        for (const { plan } of executor.runs) expect(["cat", "true"]).toContain(plan.program.name);
        expect(executor.runs.length).toBe(host.counters().approved);
      }),
      { numRuns: 300 },
    );
  });
});

describe("any sequence of calls", () => {
  const step = fc.record({
    bytes: fc.constantFrom(
      request("head", { command: "cat" }),
      request("head", { command: "true" }),
      request("head", { command: "curl" }),
      Uint8Array.of(7),
    ),
    capacity: fc.constantFrom(0, 8, 40, 41, 42, 1000),
    place: fc.constantFrom("inside", "inside", "outside", "unreadable"),
  });

  it("keeps the sums, and never runs a command for a call that repeats one whose answer waits", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const executor = createFakeExecutor((plan) => processResult(plan, { stdout: "123456789" }));
        const { host } = createTestHost(policy, { executor });
        let waiting: Uint8Array | null = null;
        for (const { bytes, capacity, place } of steps) {
          const runs = executor.runs.length;
          if (place === "unreadable") {
            await call(host, "sandbox_exec", [{ ok: false, fault: "pointer overflow", length: 1 }, buffer()]);
            waiting = null;
            continue;
          }
          const inBounds = place === "inside";
          const { value } = await call(host, "sandbox_exec", [
            readable(bytes),
            { pointer: 0, capacity, inBounds },
          ]);
          if (waiting === bytes || !inBounds) expect(executor.runs.length).toBe(runs);
          if (inBounds) waiting = Number(value) < 0 ? bytes : null;
        }
        expectSums(host.counters());
        const { repliesDelivered, requested, undeliverable } = host.counters();
        expect(repliesDelivered).toBeLessThanOrEqual(requested - undeliverable);
      }),
      { numRuns: 300 },
    );
  });
});
