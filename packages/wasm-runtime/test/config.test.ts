import { describe, expect, it } from "vitest";
import { resolveInstanceConfig, resolveRuntimeConfig } from "../src/config.ts";
import {
  DEFAULT_INSTANCE_CONFIG,
  DEFAULT_MODULE_LIMITS,
  DEFAULT_RUNTIME_CONFIG,
  type InstanceConfig,
  type RuntimeConfig,
} from "../src/defaults.ts";
import { failureOf } from "./support/refusal.ts";

describe("a runtime's config", () => {
  it("is all defaults when nothing is given", () => {
    const defaults = { ...DEFAULT_RUNTIME_CONFIG, moduleStore: null };
    expect(resolveRuntimeConfig()).toEqual(defaults);
    expect(resolveRuntimeConfig({})).toEqual(defaults);
  });

  it("takes one limit of modules and leaves the others at their defaults", () => {
    expect(resolveRuntimeConfig({ moduleLimits: { maxImports: 3 } }).moduleLimits).toEqual({
      ...DEFAULT_MODULE_LIMITS,
      maxImports: 3,
    });
  });

  it.each<{ field: string; config: RuntimeConfig }>([
    { field: "maxCompileMs", config: { maxCompileMs: 0 } },
    { field: "maxThreads", config: { maxThreads: 0 } },
    { field: "maxThreads", config: { maxThreads: 1.5 } },
    { field: "idleThreads", config: { idleThreads: -1 } },
    { field: "handlerGraceMs", config: { handlerGraceMs: 2 ** 31 } },
    { field: "threadHeapMiB", config: { threadHeapMiB: Number.NaN } },
    { field: "maxTypes", config: { moduleLimits: { maxTypes: -1 } } },
  ])("names $field when it is out of range", ({ field, config }) => {
    expect(failureOf(() => resolveRuntimeConfig(config))).toMatchObject({ code: "INVALID_CONFIG", field });
  });
});

describe("an instance's config", () => {
  it("is all defaults when nothing is given", () => {
    expect(resolveInstanceConfig()).toEqual({
      ...DEFAULT_INSTANCE_CONFIG,
      identity: { evaluationId: "", challengeId: "", validatorId: "" },
      wasi: null,
      onWasiOutput: null,
      signal: null,
    });
  });

  it("keeps the original's defaults: 512 MiB of memory, 64 MiB of result", () => {
    expect(DEFAULT_INSTANCE_CONFIG.maxMemoryBytes).toBe(512 * 1024 * 1024);
    expect(DEFAULT_INSTANCE_CONFIG.maxResultBytes).toBe(64 * 1024 * 1024);
  });

  it("takes an undefined field for an absent one", () => {
    const given = { deadlineMs: undefined } as unknown as InstanceConfig;

    expect(resolveInstanceConfig(given).deadlineMs).toBe(DEFAULT_INSTANCE_CONFIG.deadlineMs);
  });

  it.each<{ field: string; config: unknown }>([
    { field: "deadlineMs", config: { deadlineMs: 0 } },
    { field: "deadlineMs", config: { deadlineMs: 2 ** 31 } },
    { field: "deadlineMs", config: { deadlineMs: "100" } },
    { field: "maxMemoryBytes", config: { maxMemoryBytes: 65_535 } },
    { field: "maxMemoryBytes", config: { maxMemoryBytes: 2 ** 32 + 1 } },
    { field: "maxTableElements", config: { maxTableElements: -1 } },
    { field: "maxMessageBytes", config: { maxMessageBytes: Number.POSITIVE_INFINITY } },
    { field: "maxResultBytes", config: { maxResultBytes: 0.5 } },
    { field: "abi", config: { abi: "latest" } },
    { field: "registrars", config: { registrars: { functions: [] } } },
    { field: "registrars", config: { registrars: [null] } },
    { field: "signal", config: { signal: {} } },
    { field: "challengeId", config: { identity: { challengeId: 4 } } },
    { field: "maxMemoryByte", config: { maxMemoryByte: 65_536 } },
    { field: "__proto__", config: JSON.parse('{"__proto__": 1}') },
    { field: "config", config: [] },
  ])("refuses $config.$field, by name", ({ field, config }) => {
    expect(failureOf(() => resolveInstanceConfig(config as InstanceConfig))).toMatchObject({
      code: "INVALID_CONFIG",
      field,
    });
  });
});
