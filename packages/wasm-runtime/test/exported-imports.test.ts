import type { HostFunctionHandler } from "@assay/host-interface";
import { encodeEvaluationOutput, packPointer } from "@assay/host-interface";
import { describe, expect, it } from "vitest";
import { buildGuest, HEAP_AT, INPUT, VERDICT, VERDICT_AT } from "./support/guests.ts";
import { registrar } from "./support/hosts.ts";
import { sharedRuntime } from "./support/shared-runtime.ts";
import { buildModule, op } from "./support/wasm-builder.ts";

/**
 * A guest can export a function that it imports. The host then calls its own function through the guest: the guest waits,
 * though no code of it is there to wait.
 */
const runtime = sharedRuntime();
const RETURNED = { kind: "returned", value: VERDICT };
const VERDICT_BYTES = encodeEvaluationOutput("head", VERDICT);

const EXPORTED = [
  {
    name: "its entry point",
    guest: buildModule({
      imports: [{ module: "host", name: "enter", params: ["i32", "i32"], results: ["i64"] }],
      data: [{ offset: VERDICT_AT, bytes: VERDICT_BYTES }],
      functions: { alloc: { params: ["i32"], results: ["i32"], body: op.i32(HEAP_AT) } },
      exports: [{ name: "evaluate", kind: 0, index: 0 }],
    }),
  },
  {
    name: "its allocator",
    guest: buildGuest({
      imports: [{ module: "host", name: "give", params: ["i32"], results: ["i32"] }],
      exports: [{ name: "alloc", kind: 0, index: 0 }],
    }),
  },
  {
    name: "its start function",
    guest: buildGuest({ imports: [{ module: "host", name: "begin" }], start: "begin" }),
  },
] as const;

/** Answers each of the functions as soon as `ready` is. */
function hostWhen(ready: Promise<void>) {
  const answer =
    (value?: number | bigint): HostFunctionHandler =>
    async () => {
      await ready;
      return value === undefined ? {} : { value };
    };
  return [
    registrar({
      enter: {
        params: ["i32", "i32"],
        result: "i64",
        kind: "suspending",
        handle: answer(packPointer(VERDICT_AT, VERDICT_BYTES.length)),
      },
      give: { params: ["i32"], result: "i32", kind: "sync", handle: answer(HEAP_AT) },
      begin: { params: [], result: null, kind: "sync", handle: answer() },
    }),
  ];
}

describe.each(EXPORTED)("a guest that has a function of the host as $name", ({ guest }) => {
  it("returns what that answers", async () => {
    const registrars = hostWhen(Promise.resolve());

    expect((await runtime.evaluate(guest, INPUT, { registrars })).outcome).toEqual(RETURNED);
  });

  it("lets others run while it waits, and ends where it is told to", async () => {
    const { promise: never, resolve: release } = Promise.withResolvers<void>();
    const controller = new AbortController();
    const { signal } = controller;
    const waiting = runtime.evaluate(guest, INPUT, { registrars: hostWhen(never), signal });
    while (runtime.threads().guests < 1) await new Promise(setImmediate);
    for (let other = 0; other < 20; other++) {
      expect((await runtime.evaluate(buildGuest(), INPUT)).outcome).toEqual(RETURNED);
    }
    controller.abort();
    release();

    expect((await waiting).outcome).toEqual({ kind: "cancelled" });
    expect((await runtime.evaluate(buildGuest(), INPUT)).outcome).toEqual(RETURNED);
  });
});
