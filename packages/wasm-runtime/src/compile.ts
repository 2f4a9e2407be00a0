import { createHash } from "node:crypto";
import type { ModuleLimits } from "./defaults.ts";
import { WasmRuntimeError } from "./errors.ts";
import { requireSize } from "./inspect.ts";
import type { ModuleInspection } from "./inspection.ts";
import { createMachineCodeCollector, maxLeftCodeBytes } from "./machine-code-collector.ts";
import { createModuleCache } from "./module-cache.ts";
import type { ModuleRefusal } from "./module-refusal.ts";
import type { ModuleStore } from "./module-store.ts";
import type { BuildOptions, CompileResult, CompileSource, PreparedModule } from "./protocol.ts";
import { REWRITE_VERSION } from "./rewrite/version.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Seat } from "./shard.ts";
import { STORED_VERSION } from "./stored-module.ts";

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
  /** A guest of the module is gone. */
  released(prepared: PreparedModule): void;
  /** Waits until the store has what it was given. */
  close(): Promise<void>;
}

export interface CompilerOptions {
  /** Threads to compile on. */
  readonly scheduler: Scheduler;
  readonly limits: ModuleLimits;
  readonly maxCompileMs: number;
  readonly maxCachedModules: number;
  readonly maxCachedBytes: number;
  readonly threadHeapMiB: number;
  readonly moduleStore: ModuleStore | null;
  /** Aborted when the runtime closes. */
  readonly closing: AbortSignal;
}

/**
 * Compiles on threads of their own: the bytes are untrusted, compiling a hostile module can take seconds, and only a
 * thread can be stopped in the middle of it. The compiled module comes back; threads share its machine code.
 */
export function createCompiler(options: CompilerOptions): Compiler {
  const { scheduler, limits, closing, moduleStore: store } = options;
  const collector = createMachineCodeCollector(maxLeftCodeBytes(options.maxCachedBytes));
  const prepared = createModuleCache<PreparedModule>({
    maxEntries: options.maxCachedModules,
    maxBytes: options.maxCachedBytes,
    sizeOf: ({ inspection, executable }) => inspection.sizeBytes + (executable?.code.bytes ?? 0),
    dropped: leave,
  });
  /** Other options need another rewrite, and so the bytes again. */
  const bytesOf = new WeakMap<CompiledModule, Uint8Array>();

  /** Entries on their way to the store. */
  const puts = new Set<Promise<void>>();

  function prepareBytes(sha256: string, bytes: Uint8Array, build: BuildOptions): Promise<PreparedModule> {
    const key = keyOf(sha256, build, limits);
    return prepared.get(key, () => prepareOnce(key, bytes, build));
  }

  async function prepareOnce(key: string, bytes: Uint8Array, build: BuildOptions): Promise<PreparedModule> {
    const entry = (await store?.get(key)) ?? null;
    const stored = entry === null ? null : await compileOnAnyThread({ kind: "stored", entry }, bytes);
    if (stored?.ok) return stored.prepared;
    const source = { kind: "module", bytes, limits, build, key, keep: store !== null } as const;
    const result = await compileOnAnyThread(source, bytes);
    if (!result.ok) throw new WasmRuntimeError({ code: "MODULE_REFUSED", ...(result.refusal ?? UNREADABLE) });
    if (result.entry !== null && store !== null) keep(store.put(key, result.entry));
    return result.prepared;
  }

  /** The engine frees a module's code when the heaps of all threads that had the module were collected: this one, too. */
  function leave({ executable }: PreparedModule): void {
    if (executable === null) return;
    // Whoever calls still holds the module.
    setImmediate(() => collector.left(executable.code));
  }

  /** Nobody waits for it but who closes. */
  function keep(put: Promise<void>): void {
    puts.add(put);
    void put.catch(() => {}).then(() => puts.delete(put));
  }

  async function compileOnAnyThread(
    source: CompileSource,
    { byteLength }: Uint8Array,
  ): Promise<CompileResult> {
    const admission = { priority: 0, moduleBytes: byteLength, memoryBytes: 0, code: null };
    const seat = await scheduler.admit(admission, closing);
    if (seat === null) throw new WasmRuntimeError({ code: "RUNTIME_CLOSED" });
    try {
      return await compileOn(seat, source, options);
    } catch (error) {
      await seat.endThread();
      throw error;
    } finally {
      await seat.leave();
    }
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
    released(module) {
      const key = module.executable?.code.key;
      if (key === undefined || !prepared.has(key)) leave(module);
    },
    async close() {
      await Promise.all(puts);
    },
  };
}

const UNREADABLE: ModuleRefusal = { reason: "invalid", detail: "it could not be read" };

/** What a store keeps a module under: everything that decides what is made of it. */
function keyOf(sha256: string, build: BuildOptions, limits: ModuleLimits): string {
  const { maxMemoryBytes, maxTableElements, deterministic } = build;
  const options = [maxMemoryBytes, maxTableElements, deterministic, Object.entries(limits).sort()];
  const all = JSON.stringify([REWRITE_VERSION, STORED_VERSION, sha256, options]);
  return createHash("sha256").update(all).digest("hex");
}

/** Resolves with the thread's answer; rejects when the thread cannot be used any more. */
async function compileOn(
  seat: Seat,
  source: CompileSource,
  { maxCompileMs, threadHeapMiB, closing }: CompilerOptions,
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
    seat.send({ type: "compile", source });
    return await promise;
  } finally {
    clearTimeout(timer);
    closing.removeEventListener("abort", close);
    seat.listen(null);
    seat.setBusy(false);
  }
}
