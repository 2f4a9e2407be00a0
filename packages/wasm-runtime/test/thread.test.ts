import { describe, expect, it } from "vitest";
import type { ThreadFailure } from "../src/bare-worker.ts";
import type { ThreadRequest } from "../src/protocol.ts";
import { createRuntime } from "../src/runtime.ts";
import { startGuestThread } from "../src/thread.ts";
import { buildGuest, INPUT, RETURN_VERDICT, VERDICT } from "./support/guests.ts";
import { registrar } from "./support/hosts.ts";
import { op } from "./support/wasm-builder.ts";

const SETTINGS = { threadHeapMiB: 64, slice: { ms: 1 }, maxLeftCodeBytes: 2 ** 25 };

describe("a thread of guests", () => {
  it("is gone, and says why, when a request cannot be posted to it", async () => {
    const thread = await startGuestThread(SETTINGS);
    const { promise, resolve } = Promise.withResolvers<ThreadFailure>();
    thread.listen({ report: () => {}, failed: resolve });
    thread.send({ guest: 1, request: { type: "stop" } });
    thread.send({ guest: 2, request: { type: "call", call: () => {} } } as unknown as ThreadRequest);

    expect(await promise).toMatchObject({
      kind: "failed",
      error: { failure: { code: "THREAD_FAILED", detail: "a request could not be posted" } },
    });
    expect(thread.alive).toBe(false);
  });
});

it("a guest can be linked with a signature that is no plain array", async () => {
  await using runtime = createRuntime({ maxThreads: 1 });
  const heard: unknown[] = [];
  const params = new Proxy(["i32"] as const, {});
  const handle = (...args: unknown[]) => {
    heard.push(args[0]);
    return {};
  };
  const registrars = [registrar({ take: { params, result: null, kind: "suspending", handle } })];
  const guest = buildGuest({
    imports: [{ module: "host", name: "take", params: ["i32"] }],
    evaluate: [op.i32(7), op.call("take"), RETURN_VERDICT],
  });

  expect((await runtime.evaluate(guest, INPUT, { registrars })).outcome).toEqual({
    kind: "returned",
    value: VERDICT,
  });
  expect(heard).toHaveLength(1);
});
