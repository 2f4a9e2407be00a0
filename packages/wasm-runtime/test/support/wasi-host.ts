import type { WasiHooks } from "../../src/guest/wasi/context.ts";
import { createWasi } from "../../src/guest/wasi/create-wasi.ts";
import type { Errno } from "../../src/guest/wasi/errno.ts";
import { DEFAULT_WASI_CONFIG, type WasiConfig } from "../../src/wasi-config.ts";
import type { WasiFunctionName } from "../../src/wasi-functions.ts";
import { engine } from "./rewritten.ts";
import { buildModule, op } from "./wasm-builder.ts";

export const PAGE = 65_536;
/** 2^32 - 1, as WebAssembly passes it. */
export const LAST = -1;

export class Exited extends Error {}

export interface WasiHost {
  /** Calls a function as a guest would: i32 are numbers, signed or not, i64 are bigints. */
  call(name: WasiFunctionName, ...args: (number | bigint)[]): Errno;
  /** The guest's memory as it is now. */
  readonly memory: Buffer;
  /** Writes 32-bit numbers one behind the other. */
  put(address: number, ...words: number[]): void;
  u32(address: number): number;
  u64(address: number): bigint;
  grow(pages: number): void;
  /** What the guest used, without what it was charged. */
  fuel: number;
  readonly charged: number;
  /** Each piece of output with its stream. */
  readonly written: readonly (readonly ["stdout" | "stderr", string])[];
  readonly exits: readonly number[];
  droppedBytes(): number;
}

/** WASI over a real memory of one page, without a guest. `exit` throws `Exited`. */
export function wasiHost(config: Partial<WasiConfig> = {}, hooks: Partial<WasiHooks> = {}): WasiHost {
  const { exports } = new engine.Instance(
    new engine.Module(
      buildModule({
        functions: { grow: { params: ["i32"], body: [op.get(0), op.memoryGrow, op.drop] } },
      }),
    ),
    {},
  );
  const { memory: exported, grow } = exports;
  if (!(exported instanceof engine.Memory) || typeof grow !== "function") throw new Error("no memory");

  const written: ["stdout" | "stderr", string][] = [];
  const exits: number[] = [];
  let charged = 0;
  const wasi = createWasi(
    { ...DEFAULT_WASI_CONFIG, ...config },
    {
      memory: () => exported,
      fuelUsed: () => host.fuel,
      charge: (fuel) => {
        charged += fuel;
      },
      output: (stream, bytes) => written.push([stream, Buffer.from(bytes).toString("latin1")]),
      exit: (code) => {
        exits.push(code);
        throw new Exited();
      },
      ...hooks,
    },
  );
  const host: WasiHost = {
    call(name, ...args) {
      const called = wasi.imports[name];
      if (called === undefined) throw new Error(`no function ${name}`);
      return called(...args);
    },
    get memory() {
      return Buffer.from(exported.buffer);
    },
    put(address, ...words) {
      for (const [index, word] of words.entries()) host.memory.writeUInt32LE(word >>> 0, address + index * 4);
    },
    u32: (address) => host.memory.readUInt32LE(address),
    u64: (address) => host.memory.readBigUInt64LE(address),
    grow: (pages) => grow(pages),
    fuel: 0,
    get charged() {
      return charged;
    },
    written,
    exits,
    droppedBytes: wasi.droppedBytes,
  };
  return host;
}
