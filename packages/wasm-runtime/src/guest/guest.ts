import { GUEST_MEMORY_EXPORT } from "@assay/host-interface";
import type { Executable, GuestCall, GuestEnding, GuestSetup } from "../protocol.ts";
import { type WasmExports, type WasmFunction, type WasmMemory, webAssembly } from "../webassembly.ts";
import type { Channel } from "./channel.ts";
import { createHostCalls } from "./host-calls.ts";
import { createHostImports } from "./host-imports.ts";
import { createMetering, type Metering } from "./metering.ts";
import { placeInput } from "./place-input.ts";
import { readResult } from "./read-result.ts";
import { failed, type GuestState } from "./state.ts";
import { readTrap } from "./trap.ts";

/** One instance of a module, living in this thread. */
export interface Guest {
  /**
   * One call, from placing the input to copying the result; before the first one, the start function. Never rejects for
   * anything that the guest does.
   */
  call(call: GuestCall): Promise<GuestEnding>;
  /** What the last call used. */
  fuelUsed(): number;
}

export type Instantiated = { readonly guest: Guest } | { readonly ending: GuestEnding };

/** Links and instantiates a guest. Nothing of it runs: its start function is an export of the rewritten module. */
export function instantiateGuest(setup: GuestSetup, channel: Channel): Instantiated {
  const { executable } = setup;
  const state: GuestState = { memory: null, doing: { phase: "start" } };
  const metering = createMetering(executable);
  const imports = createHostImports(
    setup.functions,
    setup.maxMessageBytes,
    () => state.memory,
    createHostCalls(state, channel, metering.fuelUsed),
  );
  metering.addTo(imports);
  channel.enter("start");
  try {
    const { exports } = new webAssembly.Instance(executable.module, imports);
    const memory = exportedMemory(exports);
    state.memory = memory;
    channel.sawMemory(memory);
    return { guest: createGuest(exports, executable, metering, memory, state, channel) };
  } catch (thrown) {
    return { ending: instantiationEnding(thrown, executable) };
  }
}

function instantiationEnding(thrown: unknown, { importedFunctions }: Executable): GuestEnding {
  const trap = readTrap(thrown, { stackExhausted: false, importedFunctions });
  // The module's limits are within our caps, so it is the host that has no room.
  if (thrown instanceof RangeError) return { kind: "memory-unavailable", detail: trap.message };
  // A data segment that does not fit into the memory, for one.
  return failed({ kind: "trap", phase: "start", ...trap });
}

function createGuest(
  exports: WasmExports,
  executable: Executable,
  metering: Metering,
  memory: WasmMemory,
  state: GuestState,
  channel: Channel,
): Guest {
  const { names, importedFunctions } = executable;
  metering.attach(exports);
  // Everything is called so that the engine could suspend it. Where it may not be, it is our code that refuses, with a
  // name and in a way that the guest cannot catch.
  const callExport = (name: string, ...args: number[]) => {
    metering.enterExport();
    return webAssembly.promising(exportedFunction(exports, name))(...args);
  };
  const trapOf = (thrown: unknown) =>
    readTrap(thrown, { stackExhausted: metering.stackExhausted(), importedFunctions });

  function enter(doing: GuestState["doing"]): void {
    state.doing = doing;
    channel.enter(doing.phase);
  }

  let started = names.startExport === null;

  /** @returns how the guest ended, or `null` if it goes on. */
  async function start(): Promise<GuestEnding | null> {
    if (started || names.startExport === null) return null;
    started = true;
    try {
      await callExport(names.startExport);
      return null;
    } catch (thrown) {
      return failed({ kind: "trap", phase: "start", ...trapOf(thrown) });
    } finally {
      channel.sawMemory(memory);
    }
  }

  async function run(call: GuestCall): Promise<GuestEnding> {
    enter({ phase: "allocate", call });
    const allocate = (...args: number[]) => callExport(call.allocator, ...args);
    const placed = await placeInput(call, memory, allocate, trapOf);
    channel.sawMemory(memory);
    if ("ending" in placed) return placed.ending;

    enter({ phase: "call" });
    try {
      const returned = await callExport(call.entry, placed.pointer, call.input.byteLength);
      if (typeof returned !== "bigint") return { kind: "flag", flag: returned !== 0 };
      return readResult(memory, returned, call.maxResultBytes);
    } catch (thrown) {
      return failed({ kind: "trap", phase: "call", ...trapOf(thrown) });
    } finally {
      channel.sawMemory(memory);
    }
  }

  return {
    async call(call) {
      metering.grant(call.fuel);
      const ending = (await start()) ?? (await run(call));
      if (!metering.outOfFuel()) return ending;
      return failed({ kind: "out-of-fuel", phase: state.doing.phase, fuel: call.fuel });
    },
    fuelUsed: metering.fuelUsed,
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
