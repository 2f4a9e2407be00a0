import type { HostFunctionHandler } from "@assay/host-interface";
import { describe, expect, it } from "vitest";
import { buildGuest, INPUT, returnScore } from "./support/guests.ts";
import { aborted, registrar } from "./support/hosts.ts";
import { sharedRuntime } from "./support/shared-runtime.ts";
import { type Body, op } from "./support/wasm-builder.ts";

const runtime = sharedRuntime();

/** Calls `ask` and then `tell`, for ever; whatever it could catch around `ask` it catches, and tells. */
function catching(ask: Body): Uint8Array {
  return buildGuest({
    imports: [
      { module: "host", name: "ask" },
      { module: "host", name: "tell" },
    ],
    evaluate: [op.loop(op.tryCatchAll(ask), op.call("tell"), op.br(0)), op.unreachable],
  });
}

/** Answers `ask` by `handle`, and counts how often it was told. */
function host(handle: HostFunctionHandler) {
  let told = 0;
  const signature = { params: [], result: null, kind: "suspending" } as const;
  const tell: HostFunctionHandler = () => {
    told += 1;
    return {};
  };
  return {
    registrars: [registrar({ ask: { ...signature, handle }, tell: { ...signature, handle: tell } })],
    told: () => told,
  };
}

describe("redteam 83: a guest that catches everything runs no further", () => {
  it.each<{ name: string; limits: { deadlineMs?: number; cancel?: boolean }; kind: string }>([
    { name: "when its deadline passes", limits: { deadlineMs: 50 }, kind: "deadline" },
    { name: "when it is cancelled", limits: { cancel: true }, kind: "cancelled" },
  ])("while it waits for its host, $name", async ({ limits: { cancel, ...config }, kind }) => {
    const controller = new AbortController();
    const { registrars, told } = host(async ({ signal }) => {
      if (cancel) controller.abort();
      await aborted(signal);
      return {};
    });
    const guest = catching(op.call("ask"));
    const { outcome } = await runtime.evaluate(guest, INPUT, {
      registrars,
      signal: controller.signal,
      ...config,
    });

    expect([outcome.kind, told()]).toEqual([kind, 0]);
  });

  it("while it loops, when its fuel, its processor time or its deadline ends", async () => {
    const { registrars, told } = host(() => ({}));
    const guest = catching(op.loop(op.br(0)));
    const kinds = [];
    for (const limit of [{ fuel: 5_000_000 }, { maxCpuTimeMs: 5 }, { deadlineMs: 50 }]) {
      kinds.push((await runtime.evaluate(guest, INPUT, { registrars, ...limit })).outcome.kind);
    }

    expect(kinds).toEqual(["out-of-fuel", "out-of-cpu-time", "deadline"]);
    expect(told()).toBe(0);
  });

  it("but does where nothing ends it", async () => {
    const { registrars, told } = host(() => ({}));
    const guest = buildGuest({
      imports: [
        { module: "host", name: "ask" },
        { module: "host", name: "tell" },
      ],
      evaluate: [op.tryCatchAll(op.call("ask")), op.call("tell"), returnScore(op.i64(1n))],
    });

    expect((await runtime.evaluate(guest, INPUT, { registrars })).outcome.kind).toBe("returned");
    expect(told()).toBe(1);
  });
});
