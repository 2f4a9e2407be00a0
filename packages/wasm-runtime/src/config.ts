import { ABI_LEVELS, type CallerIdentity, LONGEST_MESSAGE_BYTES } from "@assay/host-interface";
import { MAX_GUESTS_PER_PROCESS } from "./capacity.ts";
import { type Check, type Checks, integer, isObject, oneOf } from "./config-check.ts";
import {
  DEFAULT_INSTANCE_CONFIG,
  DEFAULT_MODULE_LIMITS,
  DEFAULT_RUNTIME_CONFIG,
  type InstanceConfig,
  type ModuleLimits,
  type RuntimeConfig,
} from "./defaults.ts";
import { WasmRuntimeError } from "./errors.ts";
import type { ModuleStore } from "./module-store.ts";
import type { BuildOptions } from "./protocol.ts";
import { DEFAULT_WASI_CONFIG, WASI_CONFIG_CHECKS, type WasiConfig } from "./wasi-config.ts";
import { PAGE_BYTES } from "./webassembly.ts";

/** A runtime's settings with every default filled in. */
export type ResolvedRuntimeConfig = Required<Omit<RuntimeConfig, "moduleLimits" | "moduleStore">> & {
  readonly moduleLimits: ModuleLimits;
  readonly moduleStore: ModuleStore | null;
};

/** An instance's settings with every default filled in. */
export type ResolvedInstanceConfig = Omit<WithDefaults, "identity"> & {
  readonly identity: CallerIdentity;
  readonly wasi: WasiConfig | null;
  readonly onWasiOutput: NonNullable<InstanceConfig["onWasiOutput"]> | null;
  readonly signal: AbortSignal | null;
};

/** What an instance does without where it is not given. */
type Optional = "signal" | "wasi" | "onWasiOutput";
type WithDefaults = Required<Omit<InstanceConfig, Optional>>;

/** The longest delay of a timer. */
const MAX_TIMER_MS = 2 ** 31 - 1;
const GIB = 2 ** 30;

const MODULE_LIMITS: Checks<ModuleLimits> = {
  maxModuleBytes: integer(8, GIB),
  maxTypes: integer(0, 1_000_000),
  maxTypeValues: integer(0, 1_000_000_000),
  maxImports: integer(0, 1_000_000),
  maxExports: integer(0, 1_000_000),
  maxFunctions: integer(0, 1_000_000),
  maxFunctionBytes: integer(0, GIB),
  maxFunctionLocals: integer(0, 50_000),
  maxRewrittenBytes: integer(0, 2 * GIB),
  maxNesting: integer(0, 1_000_000),
  maxLocalsTimesBytes: integer(0, Number.MAX_SAFE_INTEGER),
  maxLocalsTimesControl: integer(0, Number.MAX_SAFE_INTEGER),
  maxOperandsTimesControl: integer(0, Number.MAX_SAFE_INTEGER),
  maxLandingsTimesValues: integer(0, Number.MAX_SAFE_INTEGER),
  maxMachineCodeBytes: integer(0, Number.MAX_SAFE_INTEGER),
  maxGlobals: integer(0, 1_000_000),
  maxTables: integer(0, 100_000),
  maxTags: integer(0, 1_000_000),
  maxTagValues: integer(0, 1_000),
  maxSegments: integer(0, 1_000_000),
  maxElementBytes: integer(0, GIB),
  maxCustomSections: integer(0, 1_000_000),
};

const RUNTIME_CONFIG: Checks<RuntimeConfig> = {
  moduleLimits: { expected: "an object", accepts: isObject },
  maxCompileMs: integer(1, MAX_TIMER_MS),
  maxCachedModules: integer(0, 1_000_000),
  maxCachedBytes: integer(0, Number.MAX_SAFE_INTEGER),
  moduleStore: {
    expected: "an object with get and put",
    accepts: (value) =>
      isObject(value) && typeof value["get"] === "function" && typeof value["put"] === "function",
  },
  maxThreads: integer(1, 1_000),
  guestsPerThread: integer(1, MAX_GUESTS_PER_PROCESS),
  idleThreads: integer(0, 1_000),
  maxCompileThreads: integer(1, 1_000),
  maxQueued: integer(0, 10_000_000),
  maxTotalMemoryBytes: integer(0, Number.MAX_SAFE_INTEGER),
  slice: {
    expected: "{ ms } of at most 1 000, or { fuel }, above 0",
    accepts: isSliceSize,
  },
  maxStallMs: integer(10, MAX_TIMER_MS),
  threadHeapMiB: integer(16, 65_536),
  handlerGraceMs: integer(0, MAX_TIMER_MS),
};

const INSTANCE_CONFIG: Checks<InstanceConfig> = {
  registrars: {
    expected: "an array of registrars",
    accepts: (value) =>
      Array.isArray(value) && value.every((each) => isObject(each) && Array.isArray(each["functions"])),
  },
  abi: oneOf("auto", ...ABI_LEVELS),
  identity: { expected: "an object", accepts: isObject },
  deadlineMs: integer(1, MAX_TIMER_MS),
  fuel: integer(1, Number.MAX_SAFE_INTEGER),
  maxCpuTimeMs: integer(1, Number.MAX_SAFE_INTEGER),
  priority: integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  deterministic: { expected: "true or false", accepts: (value) => typeof value === "boolean" },
  maxMemoryBytes: integer(PAGE_BYTES, 4 * GIB),
  maxTableElements: integer(0, 10_000_000),
  maxMessageBytes: integer(0, LONGEST_MESSAGE_BYTES),
  maxResultBytes: integer(0, LONGEST_MESSAGE_BYTES),
  wasi: { expected: "an object", accepts: isObject },
  onWasiOutput: { expected: "a function", accepts: (value) => typeof value === "function" },
  signal: { expected: "an AbortSignal", accepts: (value) => value instanceof AbortSignal },
};

const text: Check = { expected: "a string", accepts: (value) => typeof value === "string" };
const IDENTITY: Checks<CallerIdentity> = { evaluationId: text, challengeId: text, validatorId: text };

/** @throws {WasmRuntimeError} `INVALID_CONFIG`: a field is unknown or out of range. */
export function resolveRuntimeConfig(given: RuntimeConfig = {}): ResolvedRuntimeConfig {
  const { moduleStore = null, ...config } = resolve<
    Required<Omit<RuntimeConfig, "moduleStore">> & Pick<RuntimeConfig, "moduleStore">
  >(given, DEFAULT_RUNTIME_CONFIG, RUNTIME_CONFIG);
  const moduleLimits = resolve(config.moduleLimits, DEFAULT_MODULE_LIMITS, MODULE_LIMITS);
  return { ...config, moduleLimits, moduleStore };
}

/**
 * The one builder of an instance's settings: `compile`, `instantiate`, `evaluate` and `validate` all go through it.
 *
 * @throws {WasmRuntimeError} `INVALID_CONFIG`: a field is unknown or out of range.
 */
export function resolveInstanceConfig(given: InstanceConfig = {}): ResolvedInstanceConfig {
  const {
    signal = null,
    wasi,
    onWasiOutput = null,
    ...config
  } = resolve<WithDefaults & Pick<InstanceConfig, Optional>>(given, DEFAULT_INSTANCE_CONFIG, INSTANCE_CONFIG);
  const nobody: CallerIdentity = { evaluationId: "", challengeId: "", validatorId: "" };
  return {
    ...config,
    identity: resolve(config.identity, nobody, IDENTITY),
    wasi: wasi === undefined ? null : resolve(wasi, DEFAULT_WASI_CONFIG, WASI_CONFIG_CHECKS),
    onWasiOutput,
    signal,
  };
}

function resolve<T extends object>(given: object, defaults: T, checks: Checks<T>): T {
  if (!isObject(given)) throw invalid("config", "an object");
  const known = new Map<string, Check>(Object.entries(checks));
  const chosen = Object.entries(given).filter(([, value]) => value !== undefined);
  for (const [field, value] of chosen) {
    const check = known.get(field);
    // A misspelt limit must not silently mean the default.
    if (check === undefined) throw invalid(field, `one of ${[...known.keys()].join(", ")}`);
    if (!check.accepts(value)) throw invalid(field, check.expected);
  }
  return { ...defaults, ...Object.fromEntries(chosen) };
}

function invalid(field: string, expected: string): WasmRuntimeError {
  return new WasmRuntimeError({ code: "INVALID_CONFIG", field, expected });
}

function isSliceSize(value: unknown): boolean {
  if (!isObject(value) || Object.keys(value).length !== 1) return false;
  const { ms, fuel } = value;
  if (typeof ms === "number") return ms > 0 && ms <= 1_000;
  return typeof fuel === "number" && Number.isSafeInteger(fuel) && fuel > 0;
}

/** Of an instance's settings those that decide what its module is rewritten to. */
export function buildOptions(config: ResolvedInstanceConfig): BuildOptions {
  const { maxMemoryBytes, maxTableElements, deterministic } = config;
  return { maxMemoryBytes, maxTableElements, deterministic };
}
