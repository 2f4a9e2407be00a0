import { GUEST_MEMORY_EXPORT } from "@assay/host-interface";
import type { GuestPhase } from "../outcome.ts";
import type { Executable, GuestCall, GuestEnding, GuestSetup } from "../protocol.ts";
import { WASI_INITIALIZE_EXPORT, WASI_MODULE } from "../wasi-functions.ts";
import {
  type WasmExports,
  type WasmFunction,
  type WasmImports,
  type WasmMemory,
  webAssembly,
} from "../webassembly.ts";
import type { HostCalls } from "./host-calls.ts";
import { addImport, createHostImports } from "./host-imports.ts";
import type { MemoryLimits } from "./memory-pool.ts";
import type { Metering } from "./metering.ts";
import { placeInput } from "./place-input.ts";
import { readResult } from "./read-result.ts";
import { failed, type GuestState } from "./state.ts";
import { readTrap, trapFailure } from "./trap.ts";
import type { Wasi } from "./wasi/create-wasi.ts";

/** One instance of a module, or how the guest ended instead of becoming one. */
export type GuestInstance =
  | {
      /**
       * One call, from placing the input to copying the result; before the first one, the start function. Never rejects
       * for anything that the guest does.
       */
      call(call: GuestCall): Promise<GuestEnding>;
    }
  | { readonly ending: GuestEnding };

export interface InstantiateOptions {
  readonly setup: GuestSetup;
  readonly state: GuestState;
  readonly metering: Metering;
  readonly hostCalls: HostCalls;
  readonly wasi: Wasi | null;
  readonly enterPhase: (phase: GuestPhase) => void;
  /** @throws {RangeError} the host has no room. */
  readonly takeMemory: (limits: MemoryLimits) => WasmMemory;
}

/** Links and instantiates a guest. Nothing of it runs: its start function is an export of the rewritten module. */
export function instantiateGuest(options: InstantiateOptions): GuestInstance {
  const { setup, state, metering, hostCalls, wasi } = options;
  const { executable } = setup;
  const imports = createHostImports(
    setup.functions,
    setup.maxMessageBytes,
    () => state.memory,
    hostCalls.call,
  );
  metering.addTo(imports);
  if (setup.wasi !== null && wasi !== null) addWasi(imports, wasi, setup.wasi.functions, metering);
  try {
    const { memoryImport } = executable.names;
    if (memoryImport !== null) addImport(imports, memoryImport, options.takeMemory(memoryImport));
    const { exports } = new webAssembly.Instance(executable.module, imports);
    metering.attach(exports);
    const memory = exportedMemory(exports);
    state.memory = memory;
    return createInstance(exports, memory, options);
  } catch (thrown) {
    return { ending: instantiationEnding(thrown, executable) };
  }
}

/**
 * WASI is answered on this thread: it needs the guest's memory, and nothing else. It suspends only where it cost more fuel
 * than the guest had: code without loops asks for none between any number of calls.
 */
function addWasi(
  imports: WasmImports,
  wasi: Wasi,
  functions: readonly string[],
  { settle }: Pick<Metering, "settle">,
): void {
  for (const name of functions) {
    const answer = wasi.imports[name];
    const metered = new webAssembly.Suspending((...args) => {
      const errno = answer?.(...args);
      const settled = settle();
      return settled === null ? errno : settled.then(() => errno);
    });
    addImport(imports, { module: WASI_MODULE, name }, metered);
  }
}

function instantiationEnding(thrown: unknown, { importedFunctions }: Executable): GuestEnding {
  const trap = readTrap(thrown, { stackExhausted: false, importedFunctions });
  // The module's limits are within our caps, so it is the host that has no room.
  if (thrown instanceof RangeError) return { kind: "memory-unavailable", detail: trap.message };
  // A data segment that does not fit into the memory, for one.
  return failed(trapFailure(trap, "start"));
}

function createInstance(
  exports: WasmExports,
  memory: WasmMemory,
  { setup: { executable, wasi }, state, metering, enterPhase }: InstantiateOptions,
): GuestInstance {
  const { names, importedFunctions } = executable;
  // Everything is called so that the engine can suspend it: every guest waits for its turns.
  const callExport = (name: string, ...args: number[]) => {
    metering.enterExport();
    return webAssembly.promising(exportedFunction(exports, name))(...args);
  };
  const readGuestTrap = (thrown: unknown) =>
    readTrap(thrown, { stackExhausted: metering.stackExhausted(), importedFunctions });
  const trapped = (thrown: unknown) => failed(trapFailure(readGuestTrap(thrown), state.phase));

  const startExports = [names.startExport, wasi?.initialize ? WASI_INITIALIZE_EXPORT : null];

  /** @returns how the guest ended, or `null` if it goes on. */
  async function start(): Promise<GuestEnding | null> {
    try {
      for (const name of startExports.splice(0)) if (name !== null) await callExport(name);
      return null;
    } catch (thrown) {
      return trapped(thrown);
    }
  }

  async function run(call: GuestCall): Promise<GuestEnding> {
    enterPhase("allocate");
    const allocate = (...args: number[]) => callExport(call.allocator, ...args);
    const placed = await placeInput(call, memory, allocate, readGuestTrap);
    if ("ending" in placed) return placed.ending;

    enterPhase("call");
    try {
      const returned = await callExport(call.entry, placed.pointer, call.input.byteLength);
      if (typeof returned !== "bigint") return { kind: "flag", flag: returned !== 0 };
      return readResult(memory, returned, call.maxResultBytes);
    } catch (thrown) {
      return trapped(thrown);
    }
  }

  return {
    async call(call) {
      const ending = (await start()) ?? (await run(call));
      if (!metering.growthFailed()) return ending;
      return { kind: "memory-unavailable", detail: "a growth within its maximum failed" };
    },
  };
}

/** The calling thread has checked the module's exports; here the compiler wants to see it too. */
function exportedMemory(exports: WasmExports): WasmMemory {
  const memory = exports[GUEST_MEMORY_EXPORT];
  if (memory instanceof webAssembly.Memory) return memory;
  throw new TypeError(`export ${GUEST_MEMORY_EXPORT} is not a memory`);
}

function exportedFunction(exports: WasmExports, name: string): WasmFunction {
  const exported = exports[name];
  if (typeof exported === "function") return exported as WasmFunction;
  throw new TypeError(`export ${name} is not a function`);
}
