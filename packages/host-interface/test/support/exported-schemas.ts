import type { AnySchema } from "../../src/index.ts";
import * as hostInterface from "../../src/index.ts";

const { sandboxExecError, sandboxExecRequest, sandboxExecResult, evaluationOutput, taskDefinition } =
  hostInterface;

/** Every message that the package exports, by the name its type has in the vector file. */
export const EXPORTED_SCHEMAS: Readonly<Record<string, AnySchema>> = {
  "SandboxExecRequest@head": sandboxExecRequest.head,
  "SandboxExecRequest@pr33": sandboxExecRequest.pr33,
  SandboxExecResponse: hostInterface.sandboxExecResponse,
  "SandboxExecError@head": sandboxExecError.head,
  "SandboxError@pr33": sandboxExecError.pr33,
  "result<SandboxExecResponse,SandboxExecError@head>": sandboxExecResult.head,
  "result<SandboxExecResponse,SandboxError@pr33>": sandboxExecResult.pr33,
  EvaluationInput: hostInterface.evaluationInput,
  "EvaluationOutput@head": evaluationOutput.head,
  "EvaluationOutput@pr33": evaluationOutput.pr33,
  "TaskDefinition@head": taskDefinition.head,
  "TaskDefinition@pr33": taskDefinition.pr33,
  "vec<TaskDefinition@head>": hostInterface.taskDefinitions,
  "TaskResult@head": hostInterface.taskResult,
  WasmRouteDefinition: hostInterface.wasmRouteDefinition,
  "vec<WasmRouteDefinition>": hostInterface.wasmRouteDefinitions,
  WasmRouteRequest: hostInterface.wasmRouteRequest,
  WasmRouteResponse: hostInterface.wasmRouteResponse,
  WeightEntry: hostInterface.weightEntry,
  "vec<WeightEntry>": hostInterface.weightEntries,
  HttpMethod: hostInterface.httpMethod,
  HttpRequest: hostInterface.httpRequest,
  HttpGetRequest: hostInterface.httpGetRequest,
  HttpPostRequest: hostInterface.httpPostRequest,
  HttpResponse: hostInterface.httpResponse,
  NetworkError: hostInterface.networkError,
  "result<HttpResponse,NetworkError>": hostInterface.httpResult,
  DnsRecordType: hostInterface.dnsRecordType,
  DnsRequest: hostInterface.dnsRequest,
  DnsResponse: hostInterface.dnsResponse,
  "result<DnsResponse,NetworkError>": hostInterface.dnsResult,
  ExecRequest: hostInterface.execRequest,
  ExecResponse: hostInterface.execResponse,
  ExecError: hostInterface.execError,
  "result<ExecResponse,ExecError>": hostInterface.execResult,
  ContainerRunRequest: hostInterface.containerRunRequest,
  ContainerRunResponse: hostInterface.containerRunResponse,
  ContainerExecError: hostInterface.containerExecError,
  "result<ContainerRunResponse,ContainerExecError>": hostInterface.containerRunResult,
  "LlmMessage@head": hostInterface.llmMessage,
  "LlmRequest@head": hostInterface.llmRequest,
  LlmUsage: hostInterface.llmUsage,
  "LlmResponse@head": hostInterface.llmResponse,
};

/** The exports of the package that are schemas, or tables of schemas by level. */
export function schemasOfIndex(): readonly AnySchema[] {
  return Object.values(hostInterface).flatMap((exported: unknown) => {
    if (isSchema(exported)) return [exported];
    if (typeof exported !== "object" || exported === null || exported === hostInterface.bincode) return [];
    return Object.values(exported).filter(isSchema);
  });
}

function isSchema(value: unknown): value is AnySchema {
  return typeof value === "object" && value !== null && "minimumBytes" in value && "kind" in value;
}
