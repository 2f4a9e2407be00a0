import { afterAll, expect } from "vitest";
import { createRuntime, type Runtime } from "../../src/runtime.ts";

/** One runtime for a file's tests; when they are over, no thread of it may be busy. */
export function sharedRuntime(): Runtime {
  const runtime = createRuntime({ handlerGraceMs: 5_000 });
  afterAll(async () => {
    expect(runtime.threads()).toMatchObject({ busy: 0, guests: 0, waiting: 0 });
    await runtime.close();
    expect(runtime.threads()).toEqual({ busy: 0, idle: 0, guests: 0, waiting: 0 });
  });
  return runtime;
}
