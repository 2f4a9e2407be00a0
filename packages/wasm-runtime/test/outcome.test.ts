import { expect, it } from "vitest";
import { WasmRuntimeError } from "../src/errors.ts";
import { explainFailure, type GuestFailure } from "../src/outcome.ts";

const HOST_ERROR = new WasmRuntimeError({
  code: "HOST_FUNCTION_FAILED",
  module: "host",
  name: "exec",
  fault: "threw",
});

it.each<{ failure: GuestFailure; text: string }>([
  {
    failure: { kind: "trap", phase: "call", message: "unreachable", frames: [] },
    text: "the guest trapped in its entry point: unreachable",
  },
  {
    failure: { kind: "deadline", phase: "start", deadlineMs: 50 },
    text: "the guest did not return within 50 ms (in its start function)",
  },
  { failure: { kind: "cancelled" }, text: "the call was cancelled" },
  {
    failure: { kind: "out-of-memory", resource: "memory", minimumBytes: 131_072, maxMemoryBytes: 65_536 },
    text: "the guest starts with 131072 bytes of memory, more than maxMemoryBytes (65536)",
  },
  {
    failure: { kind: "out-of-memory", resource: "table", minimumElements: 9, maxTableElements: 8 },
    text: "the guest starts with 9 table elements, more than maxTableElements (8)",
  },
  {
    failure: { kind: "out-of-memory", resource: "thread-heap", threadHeapMiB: 128 },
    text: "the guest used up its thread's heap (threadHeapMiB 128)",
  },
  {
    failure: {
      kind: "allocation-failed",
      reason: "null",
      export: "alloc",
      lengthBytes: 80,
      message: "it returned 0",
    },
    text: "the guest's alloc gave no room for 80 bytes of input: it returned 0",
  },
  {
    failure: { kind: "bad-result", reason: "null", message: "returned null" },
    text: "the guest's result cannot be used: returned null",
  },
  {
    failure: {
      kind: "link-failed",
      missing: [{ module: "env\n", name: "abort", type: "(i32) -> ()" }],
      mismatched: [{ module: "host", name: "log", provided: "() -> ()", wanted: "() -> i32" }],
    },
    text:
      "the guest's imports cannot be provided: env\\u{a}::abort (i32) -> () is missing; " +
      "host::log is () -> (), not () -> i32 as the guest wants",
  },
  {
    failure: { kind: "missing-export", name: "evaluate", expected: "(i32, i32) -> i64", found: null },
    text: "the guest must export evaluate as (i32, i32) -> i64",
  },
  {
    failure: { kind: "missing-export", name: "evaluate", expected: "(i32, i32) -> i64", found: "global" },
    text: "the guest must export evaluate as (i32, i32) -> i64, but has it as global",
  },
  {
    failure: { kind: "start-suspended", module: "host", name: "exec" },
    text: "the guest's start function called host::exec, which suspends",
  },
  {
    failure: { kind: "host-failed", module: "host", name: "exec", error: HOST_ERROR },
    text: "host function host::exec threw",
  },
])("explains $failure.kind as: $text", ({ failure, text }) => {
  expect(explainFailure(failure)).toBe(text);
});
