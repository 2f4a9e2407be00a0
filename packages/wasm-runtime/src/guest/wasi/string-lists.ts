import { environmentStrings, type WasiConfig } from "../../wasi-config.ts";
import { scatterToGuest } from "../guest-memory.ts";
import type { WasiHandlers, WasiHooks } from "./context.ts";
import { ERRNO, type Errno } from "./errno.ts";
import { u32Bytes } from "./records.ts";
import { WASI_PRICE } from "./work-price.ts";

/** The arguments and the environment. */
export function createStringListHandlers(
  { args, environment }: WasiConfig,
  hooks: WasiHooks,
): Pick<WasiHandlers, "args_get" | "args_sizes_get" | "environ_get" | "environ_sizes_get"> {
  const argumentList = createStringList(args, hooks);
  const variableList = createStringList(environmentStrings(environment), hooks);
  return {
    args_get: argumentList.get,
    args_sizes_get: argumentList.sizes,
    environ_get: variableList.get,
    environ_sizes_get: variableList.sizes,
  };
}

interface StringList {
  /** Writes the strings one behind the other, each with a NUL, and an array of pointers to them. */
  get(pointersAt: number, stringsAt: number): Errno;
  sizes(countAt: number, bytesAt: number): Errno;
}

function createStringList(strings: readonly string[], { memory, charge }: WasiHooks): StringList {
  const encoded = strings.map((each) => new TextEncoder().encode(`${each}\0`));
  const bytes = Buffer.concat(encoded);
  const starts: number[] = [];
  let end = 0;
  for (const { byteLength } of encoded) {
    starts.push(end);
    end += byteLength;
  }

  return {
    get(pointersAt, stringsAt) {
      charge(strings.length * WASI_PRICE.item + bytes.byteLength * WASI_PRICE.copiedByte);
      const pointers = new Uint8Array(strings.length * 4);
      const view = new DataView(pointers.buffer);
      for (const [index, start] of starts.entries()) view.setUint32(index * 4, stringsAt + start, true);
      const written = scatterToGuest(memory(), [
        { pointer: pointersAt, bytes: pointers },
        { pointer: stringsAt, bytes },
      ]);
      return written ? ERRNO.success : ERRNO.fault;
    },
    sizes(countAt, bytesAt) {
      const written = scatterToGuest(memory(), [
        { pointer: countAt, bytes: u32Bytes(strings.length) },
        { pointer: bytesAt, bytes: u32Bytes(bytes.byteLength) },
      ]);
      return written ? ERRNO.success : ERRNO.fault;
    },
  };
}
