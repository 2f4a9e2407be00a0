import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { ABI_LEVELS } from "@assay/host-interface";
import { describe, expect, it } from "vitest";
import { MAX_REFUSED_REQUESTS, maxRequestBytes } from "../src/request-limits.ts";
import { exec, execBytes, request } from "./support/guest.ts";
import { createTestHost } from "./support/host.ts";
import { prepared } from "./support/policy.ts";
import { counted, errAnswer } from "./support/wire.ts";

const MIB = 1024 * 1024;
const VARIANT_EXECUTION_FAILED = { head: 3, pr33: 4 } as const;
const policy = await prepared({ allowedCommands: ["cat"], limits: { maxStdinBytes: 1000 } });
const maximum = maxRequestBytes(policy.policy.limits);

describe.each(ABI_LEVELS)("the length of a request at %s", (abi) => {
  const failure = (text: string) => errAnswer(VARIANT_EXECUTION_FAILED[abi], counted(text));

  it("is refused above what the policy leaves room for, without a look at what it holds", async () => {
    const { host, executor } = createTestHost(policy);
    const bytes = new Uint8Array(maximum + 1);
    bytes.set(request(abi, { command: "cat" }));
    const text = `policy: the request has ${maximum + 1} bytes, and its limits leave room for ${maximum}`;
    expect((await execBytes(host, bytes, { abi })).write).toEqual(failure(text));
    expect(host.counters()).toMatchObject({ requested: 1, malformed: 1, approved: 0 });
    expect(host.records()).toEqual([{ outcome: "malformed", text }]);
    expect(executor.runs).toEqual([]);
  });

  it("control: of exactly that length it runs", async () => {
    const { host, executor } = createTestHost(policy);
    const bytes = new Uint8Array(maximum);
    bytes.set(request(abi, { command: "cat" }));
    await execBytes(host, bytes, { abi });
    expect(executor.runs).toHaveLength(1);
  });

  it("is enough for everything that the limits allow at once", async () => {
    const { maxArguments, maxArgumentBytes, maxEnvironmentVariables, maxStdinBytes } = policy.policy.limits;
    const bytes = request(abi, {
      command: "cat",
      args: new Array<string>(maxArguments).fill("a".repeat(maxArgumentBytes / maxArguments - 1)),
      env: Array.from({ length: maxEnvironmentVariables }, (_, index) => [`NAME_${index}`, "v".repeat(400)]),
      stdin: new Uint8Array(maxStdinBytes),
    });
    expect(bytes.length).toBeLessThan(maximum);
  });

  it("is explained by the limit that it is a little above", async () => {
    const { host } = createTestHost(policy);
    const answer = await exec(host, { command: "cat", stdin: new Uint8Array(1001) }, { abi });
    expect(
      JSON.stringify(answer, (_, value) => (typeof value === "bigint" ? String(value) : value)),
    ).toContain("1001 bytes");
  });

  it("does not matter where millions of empty texts are asked for in it: their number is refused", async () => {
    const { host } = createTestHost(await prepared({ allowedCommands: ["cat"] }));
    const bytes = new Uint8Array(16 * MIB);
    new DataView(bytes.buffer).setBigUint64(8, 2n ** 20n, true);
    const noun = abi === "head" ? "request" : "payload";
    const text = `invalid sandbox exec ${noun}: the size limit has been reached`;
    expect((await execBytes(host, bytes, { abi })).write).toEqual(failure(text));
  });
});

describe("requests that are refused", () => {
  const useUp = async (count: number) => {
    const { host, executor, lines } = createTestHost(policy);
    for (let index = 0; index < count; index++) {
      await (index % 2 === 0 ? exec(host, { command: "sh" }) : execBytes(host, new Uint8Array()));
    }
    return { host, executor, lines };
  };

  it("are not looked at any more once there were 10 000 of them, not even for what is allowed", async () => {
    expect(MAX_REFUSED_REQUESTS).toBe(10_000);
    const { host, executor } = await useUp(MAX_REFUSED_REQUESTS);
    expect(await exec(host, { command: "cat" })).toEqual({
      ok: false,
      error: { kind: "execution-failed", text: "policy: too many denied requests" },
    });
    expect(executor.runs).toEqual([]);
    expect(host.counters()).toMatchObject({
      requested: 10_001,
      denied: 5000,
      malformed: 5000,
      ignored: 1,
      approved: 0,
      recordsOmitted: 9001,
    });
  });

  it("control: one fewer, and the command runs", async () => {
    const { host, executor } = await useUp(MAX_REFUSED_REQUESTS - 1);
    expect(await exec(host, { command: "cat" })).toMatchObject({ ok: true });
    expect(executor.runs).toHaveLength(1);
  });

  it("are forgotten by a reset", async () => {
    const { host } = await useUp(MAX_REFUSED_REQUESTS);
    await host.reset();
    expect(await exec(host, { command: "cat" })).toMatchObject({ ok: true });
  });
});

it("keeps of long arguments only what the record shows", async () => {
  const { host } = createTestHost(await prepared({ allowedCommands: ["cat"] }));
  const before = await heapBytes();
  for (let index = 0; index < 16; index++) {
    await exec(host, { command: "cat", args: [`${index}`.padEnd(8 * MIB, "x")] });
  }
  expect(host.records()).toHaveLength(16);
  expect((await heapBytes()) - before).toBeLessThan(32 * MIB);
});

async function heapBytes(): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  // What the first collection finds dead outside of the heap is counted until the second.
  for (let times = 0; times < 2; times++) {
    collect();
    await new Promise(setImmediate);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
