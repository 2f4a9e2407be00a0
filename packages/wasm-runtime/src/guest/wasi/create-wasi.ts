import type { WasiConfig } from "../../wasi-config.ts";
import { createClockHandlers } from "./clocks.ts";
import type { WasiHandlers, WasiHooks } from "./context.ts";
import { createDescriptorHandlers } from "./descriptor-status.ts";
import { createDescriptors } from "./descriptors.ts";
import type { Errno } from "./errno.ts";
import { createInput } from "./input.ts";
import { createOutput } from "./output.ts";
import { createPollHandlers } from "./poll.ts";
import { createRandomHandlers } from "./random.ts";
import { createRefusals } from "./refusals.ts";
import { createStreamHandlers } from "./streams.ts";
import { createStringListHandlers } from "./string-lists.ts";
import { createVirtualClock } from "./virtual-clock.ts";
import { WASI_PRICE } from "./work-price.ts";

/** WASI preview 1 for one guest. */
export interface Wasi {
  /** Every function by name; without prototype. */
  readonly imports: Readonly<Record<string, (...args: (number | bigint)[]) => Errno>>;
  /** How many bytes the guest wrote beyond `maxOutputBytes`. */
  droppedBytes(): number;
}

/**
 * WASI that gives a guest arguments, variables, an input, two outputs that are kept up to a size, a clock that only the
 * guest moves and random bytes that a seed decides. There is nothing else: no file, no directory, no socket, no real time.
 * What the guest sees is a function of `config` and of what it does.
 *
 * No function throws, whatever it is called with, but for what `hooks.exit` throws. A pointer that leads out of the
 * guest's memory is `EFAULT`, and a call that does not succeed has written nothing and changed nothing. What one call does
 * is bounded, and paid for through `hooks.charge` before it is done.
 */
export function createWasi(config: WasiConfig, hooks: WasiHooks): Wasi {
  const descriptors = createDescriptors();
  const input = createInput(config.stdin);
  const output = createOutput(config.maxOutputBytes, hooks);
  const clock = createVirtualClock(config.startTimestampMs, hooks.fuelUsed);
  const handlers: WasiHandlers = {
    ...createRefusals(descriptors),
    ...createStringListHandlers(config, hooks),
    ...createClockHandlers(clock, hooks),
    ...createRandomHandlers(config.randomSeed, hooks),
    ...createDescriptorHandlers(descriptors, hooks),
    ...createStreamHandlers(descriptors, input, output, hooks),
    ...createPollHandlers(descriptors, input, clock, hooks),
    proc_exit: (code) => hooks.exit(code),
  };
  return { imports: toImports(handlers, hooks), droppedBytes: output.droppedBytes };
}

function toImports(handlers: WasiHandlers, { charge }: WasiHooks): Wasi["imports"] {
  const imports = Object.create(null) as Record<string, (...args: (number | bigint)[]) => Errno>;
  for (const [name, handler] of Object.entries(handlers)) {
    const handle = handler as (...args: (number | bigint)[]) => Errno;
    imports[name] = (...args) => {
      charge(WASI_PRICE.call);
      return handle(...args.map(unsigned));
    };
  }
  return imports;
}

/** WebAssembly passes signed numbers; in WASI all of them but an offset are unsigned, and that one is never used. */
function unsigned(value: number | bigint): number | bigint {
  return typeof value === "bigint" ? BigInt.asUintN(64, value) : value >>> 0;
}
