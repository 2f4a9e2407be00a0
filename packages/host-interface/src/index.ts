export type {
  AbiLevel,
  AbiSelection,
  HostFunctionKind,
  HostFunctionSignature,
  HostParameter,
  ValueType,
  WasmFunctionType,
} from "./abi.ts";
export { ABI_LEVELS, isAvailableAt, lowerParameters, resolveAbiLevel } from "./abi.ts";
export type { ArgumentOf } from "./arguments.ts";
export { bufferArgument, bytesArgument, floatArgument, i32Argument, i64Argument } from "./arguments.ts";
export { bincode } from "./bincode/builders.ts";
export type { DecodeOptions } from "./bincode/decode.ts";
export { decode } from "./bincode/decode.ts";
export { encode } from "./bincode/encode.ts";
export type { BincodeFailure } from "./bincode/errors.ts";
export { BincodeError } from "./bincode/errors.ts";
export type { AnySchema, Infer, Schema } from "./bincode/schema.ts";
export type { ConventionAReply, ConventionAResult } from "./convention-a.ts";
export { answerFor, INVALID_BUFFER, readConventionA } from "./convention-a.ts";
export type {
  ArgumentsOf,
  TypedHostCall,
  TypedHostFunctionHandler,
  TypedHostReply,
} from "./define-host-function.ts";
export { defineHostFunction } from "./define-host-function.ts";
export type { HostFunctionProblem, HostInterfaceFailure, SchemaProblem } from "./errors.ts";
export { HostInterfaceError } from "./errors.ts";
export type { EvaluationInput, EvaluationOutput } from "./evaluation.ts";
export {
  decodeEvaluationInput,
  decodeEvaluationOutput,
  encodeEvaluationInput,
  encodeEvaluationOutput,
} from "./evaluation.ts";
export type { GuestExportName, GuestExportSignature } from "./guest-exports.ts";
export { GUEST_EXPORTS, GUEST_MEMORY_EXPORT } from "./guest-exports.ts";
export type {
  CallerIdentity,
  GuestBuffer,
  GuestBytes,
  HostArgument,
  HostCall,
  HostReply,
  MemoryFault,
} from "./host-call.ts";
export type { HostModule } from "./host-functions.ts";
export { PLATFORM_SANDBOX } from "./host-functions.ts";
export { DEFAULT_MAX_ITEMS, DEFAULT_MAX_MESSAGE_BYTES, LONGEST_MESSAGE_BYTES } from "./limits.ts";
export type { LogLevelName } from "./log-level.ts";
export { LOG_LEVELS, logLevelName } from "./log-level.ts";
export {
  containerExecError,
  containerRunRequest,
  containerRunResponse,
  containerRunResult,
} from "./messages/container.ts";
export { evaluationInput, evaluationOutput } from "./messages/evaluation.ts";
export { execError, execRequest, execResponse, execResult } from "./messages/exec.ts";
export { llmMessage, llmRequest, llmResponse, llmUsage } from "./messages/llm.ts";
export {
  dnsRecordType,
  dnsRequest,
  dnsResponse,
  dnsResult,
  httpGetRequest,
  httpMethod,
  httpPostRequest,
  httpRequest,
  httpResponse,
  httpResult,
  networkError,
} from "./messages/network.ts";
export {
  wasmRouteDefinition,
  wasmRouteDefinitions,
  wasmRouteRequest,
  wasmRouteResponse,
} from "./messages/route.ts";
export {
  sandboxExecError,
  sandboxExecRequest,
  sandboxExecResponse,
  sandboxExecResult,
} from "./messages/sandbox.ts";
export { taskDefinition, taskDefinitions, taskResult } from "./messages/task.ts";
export { weightEntries, weightEntry } from "./messages/weight.ts";
export type { MemoryRegion } from "./packed-pointer.ts";
export { packPointer, unpackPointer } from "./packed-pointer.ts";
export type { HostFunction, HostFunctionHandler, HostFunctionRegistrar } from "./registrar.ts";
export { collectHostFunctions, hostFunctionKey } from "./registrar.ts";
export type { SandboxExecAnswer, SandboxExecFailure, SandboxExecRequest } from "./sandbox-exec.ts";
export {
  decodeSandboxExecAnswer,
  decodeSandboxExecRequest,
  encodeSandboxExecAnswer,
  encodeSandboxExecRequest,
  malformedSandboxExecRequest,
} from "./sandbox-exec.ts";
export {
  CONSENSUS_STATUS,
  DATA_STATUS,
  LLM_STATUS,
  SANDBOX_STATUS,
  STORAGE_STATUS,
  TERMINAL_STATUS,
} from "./status.ts";
export { FUEL_PER_VIRTUAL_MS } from "./virtual-time.ts";
