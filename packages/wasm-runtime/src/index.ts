export { MAX_GUESTS_PER_PROCESS } from "./capacity.ts";
export type { CompiledModule } from "./compile.ts";
export type { InstanceConfig, ModuleLimits, RuntimeConfig, SliceSize } from "./defaults.ts";
export { DEFAULT_INSTANCE_CONFIG, DEFAULT_MODULE_LIMITS, DEFAULT_RUNTIME_CONFIG } from "./defaults.ts";
export type { HostFault, WasmRuntimeFailure } from "./errors.ts";
export { WasmRuntimeError } from "./errors.ts";
export type {
  AdmissionFailure,
  ExaminationRefusal,
  ExaminedImport,
  ModuleExamination,
  RewriteCost,
} from "./examination.ts";
export type { ExamineOptions } from "./examine.ts";
export { examineModule } from "./examine.ts";
export { inspectModule } from "./inspect.ts";
export type {
  FunctionType,
  Limits,
  ModuleExport,
  ModuleImport,
  ModuleInspection,
  ModuleTable,
  VisibleFeature,
  WasmValueType,
} from "./inspection.ts";
export { formatFunctionType } from "./inspection.ts";
export type { Instance } from "./instance.ts";
export type { CountedItem, ModuleRefusal, UnsupportedFeature } from "./module-refusal.ts";
export { explainRefusal } from "./module-refusal.ts";
export type { ModuleStore } from "./module-store.ts";
export type {
  GuestFailure,
  GuestOutcome,
  GuestPhase,
  GuestReport,
  MismatchedImport,
  MissingImport,
} from "./outcome.ts";
export { explainFailure } from "./outcome.ts";
export type { CapExceeded, CapResult, ResourceCaps } from "./rewrite/cap-limits.ts";
export { capLimits } from "./rewrite/cap-limits.ts";
export { FUEL_PRICE, FUEL_VERSION } from "./rewrite/costs.ts";
export type { InstructionRefusal } from "./rewrite/instruction-refusal.ts";
export type { MemoryImport, PrivateNames } from "./rewrite/private-names.ts";
export type { RewriteRefusal } from "./rewrite/refusal.ts";
export type { RewriteOptions, RewriteResult, RewrittenModule } from "./rewrite/rewrite.ts";
export { DEFAULT_MAX_STACK_BYTES, rewriteModule } from "./rewrite/rewrite.ts";
export type { Runtime } from "./runtime.ts";
export { createRuntime } from "./runtime.ts";
export type { ThreadCounts } from "./scheduler.ts";
export type { FeatureUse, UsedFeature } from "./used-features.ts";
export type { OutputStream, WasiConfig } from "./wasi-config.ts";
export { DEFAULT_WASI_CONFIG, MAX_WASI_OUTPUT_BYTES, MAX_WASI_TIMESTAMP_MS } from "./wasi-config.ts";
export { WASI_MODULE } from "./wasi-functions.ts";
