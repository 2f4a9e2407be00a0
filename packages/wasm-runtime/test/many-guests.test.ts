import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MAX_GUESTS_PER_PROCESS } from "../src/capacity.ts";
import type { CompiledModule } from "../src/compile.ts";
import { createRuntime, type Runtime } from "../src/runtime.ts";
import { buildGuest, INPUT, returnScore } from "./support/guests.ts";
import { aborted, registrar } from "./support/hosts.ts";
import { op } from "./support/wasm-builder.ts";

const LIMITS = { maxMemoryBytes: 65_536 };

/** Waits for its host once. */
const waiting = buildGuest({
  imports: [{ module: "host", name: "wait" }],
  evaluate: [op.call("wait"), returnScore(op.i64(1n))],
});

/** Starts guests that all wait for `go`, and counts those that do. */
function suspendGuests(runtime: Runtime, module: CompiledModule, guests: number) {
  const { promise: gone, resolve: go } = Promise.withResolvers<void>();
  let suspended = 0;
  const handle = async () => {
    suspended += 1;
    await gone;
    return {};
  };
  const registrars = [registrar({ wait: { params: [], result: null, kind: "suspending", handle } })];
  const ended = Promise.all(
    Array.from({ length: guests }, () => runtime.evaluate(module, INPUT, { ...LIMITS, registrars })),
  );
  return { go, ended, suspended: () => suspended };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(setImmediate);
}

describe("redteam 79: more suspended guests than the engine has stacks for", () => {
  it("are never there: two runtimes share what the process may have, and the others wait", async () => {
    const config = { maxThreads: 1, guestsPerThread: MAX_GUESTS_PER_PROCESS };
    await using one = createRuntime(config);
    await using other = createRuntime(config);
    const modules = await Promise.all([one.compile(waiting, LIMITS), other.compile(waiting, LIMITS)]);
    const first = suspendGuests(one, modules[0], MAX_GUESTS_PER_PROCESS - 100);
    await until(() => first.suspended() === MAX_GUESTS_PER_PROCESS - 100);
    const second = suspendGuests(other, modules[1], 300);
    await until(() => second.suspended() === 100);

    expect(one.threads()).toMatchObject({ guests: MAX_GUESTS_PER_PROCESS - 100, waiting: 0 });
    expect(other.threads()).toMatchObject({ guests: 100, waiting: 200 });
    first.go();
    await until(() => second.suspended() === 300);
    second.go();
    const outcomes = (await Promise.all([first.ended, second.ended]))
      .flat()
      .map(({ outcome }) => outcome.kind);
    expect(new Set(outcomes)).toEqual(new Set(["returned"]));
    for (const runtime of [one, other]) {
      expect(runtime.threads()).toMatchObject({ busy: 0, guests: 0, waiting: 0 });
    }
  });

  it("do not add up: a guest that was killed while it waited leaves its stack to the next", async () => {
    await using runtime = createRuntime({ maxThreads: 1 });
    const module = await runtime.compile(waiting, LIMITS);
    const handle = async ({ signal }: { readonly signal: AbortSignal }) => {
      await aborted(signal);
      return {};
    };
    const registrars = [registrar({ wait: { params: [], result: null, kind: "suspending", handle } })];
    const killRound = async () => {
      const reports = await Promise.all(
        Array.from({ length: 200 }, () =>
          runtime.evaluate(module, INPUT, { ...LIMITS, registrars, deadlineMs: 20 }),
        ),
      );
      expect(new Set(reports.map(({ outcome }) => outcome.kind))).toEqual(new Set(["deadline"]));
      return readFileSync("/proc/self/maps", "utf8").split("\n").length;
    };
    const before = await killRound();
    let after = before;
    for (let round = 0; round < 5; round++) after = await killRound();

    // Each of a thousand would keep two maps for its stack and two for its memory.
    expect(after - before).toBeLessThan(1_500);
  });
});
