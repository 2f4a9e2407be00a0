import { isInBounds, scatterToGuest } from "../guest-memory.ts";
import type { WasiHandlers, WasiHooks } from "./context.ts";
import { ERRNO } from "./errno.ts";
import { createRandomBytes } from "./random-bytes.ts";
import { WASI_PRICE } from "./work-price.ts";

/** As many as `crypto.getRandomValues` gives at a time. */
const MAX_RANDOM_BYTES = 65_536;

export function createRandomHandlers(
  seed: bigint,
  { memory, charge }: WasiHooks,
): Pick<WasiHandlers, "random_get"> {
  const randomBytes = createRandomBytes(seed);
  return {
    random_get(pointer, length) {
      if (!isInBounds(memory(), pointer, length)) return ERRNO.fault;
      if (length > MAX_RANDOM_BYTES) return ERRNO.inval;
      charge(length * WASI_PRICE.randomByte);
      return scatterToGuest(memory(), [{ pointer, bytes: randomBytes(length) }])
        ? ERRNO.success
        : ERRNO.fault;
    },
  };
}
