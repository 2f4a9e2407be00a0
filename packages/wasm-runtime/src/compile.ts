import { createHash } from "node:crypto";
import type { ModuleLimits } from "./defaults.ts";
import { WasmRuntimeError } from "./errors.ts";
import { requireSize } from "./inspect.ts";
import type { ModuleInspection } from "./inspection.ts";
import { createModuleCache } from "./module-cache.ts";
import type { ModuleRefusal } from "./module-refusal.ts";
import type { BuildOptions, CompileResult, PreparedModule } from "./protocol.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Seat } from "./shard.ts";

/** A module that passed inspection. Only the runtime that compiled it can instantiate it. */
export interface CompiledModule {
  /** Of the bytes as they were given, in lower-case hexadecimal. */
  readonly sha256: string;
  readonly inspection: ModuleInspection;
}

/** Turns bytes into modules, and modules into what a guest's thread can instantiate. */
export interface Compiler {
  compile(bytes: Uint8Array, build: BuildOptions): Promise<CompiledModule>;
  /** @throws {WasmRuntimeError} `FOREIGN_MODULE`. */
  prepare(module: CompiledModule, build: BuildOptions): Promise<PreparedModule>;
}

export interface CompilerOptions {
  /** Threads to compile on. */
  readonly scheduler: Scheduler;
  readonly limits: ModuleLimits;
  readonly maxCompileMs: number;
  readonly maxCachedModules: number;
  readonly maxCachedBytes: number;
  readonly threadHeapMiB: number;
  /** Aborted when the runtime closes. */
  readonly closing: AbortSignal;
}

/**
 * Compiles on threads of their own: the bytes are untrusted, compiling a hostile module can take seconds, and only a
 * thread can be stopped in the middle of it. The compiled module comes back; threads share its machine code.
 */
export function createCompiler(options: CompilerOptions): Compiler {
  const { scheduler, limits, closing } = options;
  const prepared = createModuleCache<PreparedModule>(options.maxCachedModules, options.maxCachedBytes);
  /** Other options need another rewrite, and so the bytes again. */
  const bytesOf = new WeakMap<CompiledModule, Uint8Array>();

  function prepareBytes(sha256: string, bytes: Uint8Array, build: BuildOptions): Promise<PreparedModule> {
    const key = [sha256, build.maxMemoryBytes, build.maxTableElements, build.deterministic].join();
    return prepared.get(key, bytes.byteLength, () => compileOnAnyThread(bytes, build));
  }

  async function compileOnAnyThread(bytes: Uint8Array, build: BuildOptions): Promise<PreparedModule> {
    const admission = { priority: 0, moduleBytes: bytes.byteLength, memoryBytes: 0 };
    const seat = await scheduler.admit(admission, closing);
    if (seat === null) throw new WasmRuntimeError({ code: "RUNTIME_CLOSED" });
    let result: CompileResult;
    try {
      result = await compileOn(seat, bytes, build, options);
    } catch (error) {
      await seat.endThread();
      throw error;
    } finally {
      await seat.leave();
    }
    if (result.ok) return result.prepared;
    throw new WasmRuntimeError({ code: "MODULE_REFUSED", ...result.refusal });
  }

  return {
    async compile(bytes, build) {
      if (closing.aborted) throw new WasmRuntimeError({ code: "RUNTIME_CLOSED" });
      if (!(bytes instanceof Uint8Array)) {
        throw new WasmRuntimeError({ code: "INVALID_CONFIG", field: "bytes", expected: "a Uint8Array" });
      }
      requireSize(bytes, limits.maxModuleBytes);
      // Copied before it is hashed: nobody can change what is compiled under this hash.
      const copy = new Uint8Array(bytes);
      const sha256 = createHash("sha256").update(copy).digest("hex");
      const { inspection } = await prepareBytes(sha256, copy, build);
      const module: CompiledModule = Object.freeze({ sha256, inspection });
      bytesOf.set(module, copy);
      return module;
    },
    async prepare(module, build) {
      const bytes = bytesOf.get(module);
      if (bytes === undefined) throw new WasmRuntimeError({ code: "FOREIGN_MODULE" });
      return prepareBytes(module.sha256, bytes, build);
    },
  };
}

/** Resolves with the thread's answer; rejects when the thread cannot be used any more. */
async function compileOn(
  seat: Seat,
  bytes: Uint8Array,
  build: BuildOptions,
  { limits, maxCompileMs, threadHeapMiB, closing }: CompilerOptions,
): Promise<CompileResult> {
  const { promise, resolve, reject } = Promise.withResolvers<CompileResult>();
  const refuse = (refusal: ModuleRefusal) =>
    reject(new WasmRuntimeError({ code: "MODULE_REFUSED", ...refusal }));
  const close = () => reject(new WasmRuntimeError({ code: "RUNTIME_CLOSED" }));
  const timer = setTimeout(() => refuse({ reason: "compile-timeout", maxCompileMs }), maxCompileMs);
  closing.addEventListener("abort", close);
  seat.listen({
    report(report) {
      if (report.type === "compiled") resolve(report.result);
    },
    lost(loss) {
      if (loss.kind === "failed") reject(loss.error);
      else if (loss.kind === "to-blame") refuse({ reason: "compile-memory", threadHeapMiB });
      else close();
    },
  });
  try {
    seat.setBusy(true);
    seat.send({ type: "compile", bytes, limits, build });
    return await promise;
  } finally {
    clearTimeout(timer);
    closing.removeEventListener("abort", close);
    seat.listen(null);
    seat.setBusy(false);
  }
}
