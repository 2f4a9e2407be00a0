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
export type { ConventionAResult } from "./convention-a.ts";
export { answerFor, INVALID_BUFFER, readConventionA } from "./convention-a.ts";
export type { HostFunctionProblem, HostInterfaceFailure } from "./errors.ts";
export { HostInterfaceError } from "./errors.ts";
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
export type { LogLevelName } from "./log-level.ts";
export { LOG_LEVELS, logLevelName } from "./log-level.ts";
export type { MemoryRegion } from "./packed-pointer.ts";
export { packPointer, unpackPointer } from "./packed-pointer.ts";
export type { HostFunction, HostFunctionHandler, HostFunctionRegistrar } from "./registrar.ts";
export { collectHostFunctions, hostFunctionKey } from "./registrar.ts";
