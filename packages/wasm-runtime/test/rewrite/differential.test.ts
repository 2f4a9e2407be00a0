import { expect, it } from "vitest";
import { DEFAULT_ADMISSION_LIMITS } from "../../src/rewrite/admission.ts";
import { assembleModule } from "../../src/rewrite/assemble.ts";
import { INSTRUCTION_PRICES } from "../../src/rewrite/costs.ts";
import type { MeteringPlanner } from "../../src/rewrite/meter/plan-metering.ts";
import { readModuleShape } from "../../src/rewrite/module-shape.ts";
import { DEFAULT_MAX_STACK_BYTES } from "../../src/rewrite/rewrite.ts";
import { createRandom, type Random, type RandomModule, randomModule } from "../support/random-module.ts";
import {
  type CallOutcome,
  engine,
  type Guest,
  globalOf,
  HOST_EXCEPTION,
  type MeterOptions,
  memoryOf,
  meteredGuest,
  plainGuest,
  rewritten,
} from "../support/rewritten.ts";
import type { ValType } from "../support/wasm-builder.ts";

const MODULES = Number(process.env["ASSAY_MODULES"] ?? 1_000);
const STEPS = 400;
const FIRST_SEED = Number(process.env["ASSAY_SEED"] ?? 1);

/** All that can be seen of a run from outside. */
interface Run {
  readonly outcomes: readonly CallOutcome[];
  readonly hostCalls: readonly unknown[];
  readonly globals: readonly unknown[];
  readonly memory: string;
  readonly fuel: bigint;
}

type Calls = readonly { readonly name: string; readonly args: readonly unknown[] }[];

function argument(random: Random, type: ValType): unknown {
  switch (type) {
    case "i32":
      return random.pick([0, 1, -1, 7, 2 ** 31 - 1]);
    case "i64":
      return random.pick([0n, 1n, -1n, 1n << 62n]);
    case "f32":
    case "f64":
      return random.pick([0, -0, 1.5, Number.NaN, Number.NEGATIVE_INFINITY]);
    case "externref":
      return random.pick([null, "a reference"]);
    default:
      return null;
  }
}

function callsOf(random: Random, { functions }: RandomModule): Calls {
  return functions.flatMap(({ name, params }) =>
    [1, 2].map(() => ({ name, args: params.map((type) => argument(random, type)) })),
  );
}

function observe(calls: Calls, create: (imports: object) => Guest, start: string | null): Run {
  const hostCalls: unknown[] = [];
  const imports = {
    host: {
      number(value: number) {
        hostCalls.push(value);
        return value + 1;
      },
      throws() {
        hostCalls.push("throws");
        throw HOST_EXCEPTION;
      },
    },
  };
  let guest: Guest;
  try {
    guest = create(imports);
  } catch (error) {
    // The start function ended before there was an instance.
    const trap = error instanceof engine.RuntimeError ? error.message : null;
    if (trap === null && error !== HOST_EXCEPTION) throw error;
    const ending: CallOutcome = trap === null ? { threw: "exception" } : { trapped: trap };
    return { outcomes: [ending], hostCalls, globals: [], memory: "", fuel: 0n };
  }
  const { exports } = guest;
  const outcomes: CallOutcome[] = [];
  if (start !== null) {
    const outcome = guest.call(start);
    if (!("returned" in outcome)) {
      return { outcomes: [outcome], hostCalls, globals: [], memory: "", fuel: guest.fuelUsed() };
    }
  }
  for (const { name, args } of calls) {
    globalOf(exports, "steps").value = STEPS;
    outcomes.push(guest.call(name, ...args));
  }
  return {
    outcomes,
    hostCalls,
    globals: Object.keys(exports)
      .filter((name) => /^(g\d+|steps)$/.test(name))
      .map((name) => {
        const { value } = globalOf(exports, name);
        return typeof value === "function" ? "a function" : value;
      }),
    memory: memoryOf(exports).toString("base64"),
    fuel: guest.fuelUsed(),
  };
}

/** Charges every instruction by itself, right before it runs: what any cleverer plan must add up to. */
const chargeEachInstruction: MeteringPlanner = ({ count, opcodes, operands }, { importedFunctions }) => {
  const charges = new Uint32Array(count + 1);
  for (let instruction = 0; instruction < count; instruction++) {
    const opcode = opcodes[instruction] ?? 0;
    const hostCall = (opcode === 0x10 || opcode === 0x12) && (operands[instruction] ?? 0) < importedFunctions;
    charges[instruction] = hostCall ? 100 : (INSTRUCTION_PRICES[opcode] ?? 0);
  }
  return {
    charges,
    checkedOnEntry: true,
    cached: false,
    lengths: true,
    calls: true,
    movesLabels: true,
    unrolled: null,
  };
};

/** The module rewritten with another meter. */
function assembled(bytes: Uint8Array, planMetering: MeteringPlanner): ReturnType<typeof assembleModule> {
  return assembleModule(readModuleShape(bytes), {
    limits: DEFAULT_ADMISSION_LIMITS,
    maxStackBytes: DEFAULT_MAX_STACK_BYTES,
    canonicalizeNans: false,
    importMemory: false,
    planMetering,
  });
}

function eachSeed(modules: number, check: (random: Random, seed: number) => void): void {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + modules; seed++) {
    try {
      check(createRandom(seed), seed);
    } catch (error) {
      throw new Error(`ASSAY_SEED=${seed}`, { cause: error });
    }
  }
}

it("changes nothing that a random module does, and charges the same for any slice", () => {
  const seen = { returned: 0, trapped: 0, threw: 0, ended: 0 };
  eachSeed(MODULES, (random, seed) => {
    const module = randomModule(random);
    expect(engine.validate(module.bytes)).toBe(true);
    const calls = callsOf(random, module);
    const result = rewritten(module.bytes, { importMemory: seed % 2 === 0 });
    expect(engine.validate(result.bytes)).toBe(true);
    const metered = (options: MeterOptions) =>
      observe(calls, (imports) => meteredGuest(result, imports, options), result.names.startExport);

    const { fuel: _, ...before } = observe(calls, (imports) => plainGuest(module.bytes, imports), null);
    const { fuel, ...after } = metered({});
    expect(after).toEqual(before);
    expect(metered({ slice: 37n })).toEqual({ ...after, fuel });

    for (const outcome of after.outcomes) {
      for (const kind of Object.keys(outcome)) seen[kind as keyof typeof seen] += 1;
    }
  });
  // A generator whose modules all trap at once would prove nothing.
  expect(seen.returned).toBeGreaterThan(MODULES);
  expect(seen.trapped).toBeGreaterThan(MODULES / 2);
  expect(seen.threw).toBeGreaterThan(MODULES / 10);
});

it("counts what charging each instruction by itself would count, when nothing is thrown", () => {
  let compared = 0;
  eachSeed(MODULES / 2, (random) => {
    const module = randomModule(random);
    const calls = callsOf(random, module);
    const result = rewritten(module.bytes);
    const oracle = {
      ...assembled(module.bytes, chargeEachInstruction),
      maxStackBytes: DEFAULT_MAX_STACK_BYTES,
    };
    expect(engine.validate(oracle.bytes)).toBe(true);
    for (const call of calls) {
      const runs = [result, oracle].map((each) =>
        observe([call], (imports) => meteredGuest(each, imports), result.names.startExport),
      );
      const [run, exact] = runs;
      if (run === undefined || exact === undefined) throw new Error("no runs");
      expect({ ...run, fuel: 0n }).toEqual({ ...exact, fuel: 0n });
      if (run.outcomes.every((outcome) => "returned" in outcome) && !run.hostCalls.includes("throws")) {
        // An exception that a guest throws and catches by itself is not seen here, and may cost more than it ran.
        expect(run.fuel).toBeGreaterThanOrEqual(exact.fuel);
        if (run.fuel === exact.fuel) compared += 1;
      }
    }
  });
  expect(compared).toBeGreaterThan(MODULES / 2);
});

it("compares modules that throw, catch and throw again", () => {
  const executed = (opcodes: readonly number[]): MeteringPlanner => {
    return (code, importedFunctions) => {
      const charges = new Uint32Array(code.count + 1);
      for (let at = 0; at < code.count; at++) charges[at] = opcodes.includes(code.opcodes[at] ?? 0) ? 1 : 0;
      return { ...chargeEachInstruction(code, importedFunctions), charges, lengths: false };
    };
  };
  let thrown = 0;
  let thrownAgain = 0;
  let escaped = 0;
  eachSeed(MODULES / 4, (random) => {
    const module = randomModule(random);
    const calls = callsOf(random, module);
    const run = (planMetering: MeteringPlanner) => {
      const counting = { ...assembled(module.bytes, planMetering), maxStackBytes: DEFAULT_MAX_STACK_BYTES };
      return observe(calls, (imports) => meteredGuest(counting, imports), counting.names.startExport);
    };
    const { fuel, outcomes } = run(executed([0x08]));
    thrown += Number(fuel);
    thrownAgain += Number(run(executed([0x0a])).fuel);
    escaped += outcomes.filter((outcome) => "threw" in outcome).length;
  });
  expect(thrown).toBeGreaterThan(escaped + MODULES / 4);
  expect(thrownAgain).toBeGreaterThan(MODULES / 100);
});

it("changes nothing but the bits of NaNs when it makes them canonical, and charges the same", () => {
  eachSeed(MODULES / 4, (random) => {
    const module = randomModule(random);
    const calls = callsOf(random, module);
    const [first, second] = [37n, 1n << 60n].map((slice) => {
      const result = rewritten(module.bytes, { canonicalizeNans: true });
      expect(engine.validate(result.bytes)).toBe(true);
      return observe(calls, (imports) => meteredGuest(result, imports, { slice }), result.names.startExport);
    });
    expect(first).toEqual(second);
  });
});

it("gives the same bytes for the same bytes", () => {
  eachSeed(MODULES / 10, (random) => {
    const { bytes } = randomModule(random);
    expect(rewritten(bytes).bytes).toEqual(rewritten(bytes).bytes);
  });
});
