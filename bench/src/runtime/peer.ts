import type { Runtime } from "@assay/wasm-runtime";
import createOldPlugin from "@extism/extism";
import createNextPlugin from "extism-next";
import { answering, inputOf, readGuest, SMALL_MEMORY } from "./guests.ts";
import { compilePlain } from "./plain-instance.ts";

/** Something that runs `host-calls.c`. */
export interface Peer {
  readonly name: string;
  open(): Promise<OpenGuest>;
}

/** A guest that can be called again and again. */
export interface OpenGuest {
  callNothing(): Promise<unknown>;
  /** A call in which the guest asks its host ten times. */
  callTenTimes(): Promise<unknown>;
  close(): Promise<void>;
}

const TEN = 10;
const GUEST = readGuest("host-calls");

export async function createAssayPeer(runtime: Runtime): Promise<Peer> {
  const module = await runtime.compile(GUEST, SMALL_MEMORY);
  const registrars = answering(async () => {});
  return {
    name: "assay",
    async open() {
      const instance = await runtime.instantiate(module, { ...SMALL_MEMORY, registrars });
      const call = async (calls: number) => {
        const { outcome } = await instance.evaluate(inputOf(calls));
        if (outcome.kind !== "returned") throw new Error(`a guest ended as ${outcome.kind}`);
      };
      return { callNothing: () => call(0), callTenTimes: () => call(TEN), close: () => instance.close() };
    },
  };
}

type Version = "1.0.3" | "2.0.0-rc13";

interface Plugin {
  call(name: string): Promise<unknown>;
  close(): Promise<void>;
}

interface PluginOptions {
  readonly runInWorker: boolean;
  readonly functions: Record<string, Record<string, () => bigint>>;
}

/** Of each version only what is used, because their types are not the same. */
const CREATE: Readonly<Record<Version, (module: object, options: PluginOptions) => Promise<Plugin>>> = {
  "1.0.3": (module, options) => createOldPlugin(module as Parameters<typeof createOldPlugin>[0], options),
  "2.0.0-rc13": (module, options) =>
    createNextPlugin(module as Parameters<typeof createNextPlugin>[0], options),
};

export function createExtismPeer(version: Version, { runInWorker }: { readonly runInWorker: boolean }): Peer {
  const wasm = [{ module: compilePlain(GUEST) }];
  const functions = { "extism:host/user": { answer: () => 1n } };
  return {
    name: `extism ${version}, ${runInWorker ? "in a worker" : "in this thread"}`,
    async open() {
      const plugin = await CREATE[version]({ wasm }, { runInWorker, functions });
      return {
        callNothing: () => plugin.call("noop"),
        callTenTimes: () => plugin.call("ask_ten_times"),
        close: () => plugin.close(),
      };
    },
  };
}
