import fc from "fast-check";
import { expect, it } from "vitest";
import { inspectModule } from "../src/inspect.ts";
import { capLimits } from "../src/rewrite/cap-limits.ts";
import { rewriteModule } from "../src/rewrite/rewrite.ts";
import { webAssembly } from "../src/webassembly.ts";
import { buildGuest } from "./support/guests.ts";
import { failureOf } from "./support/refusal.ts";
import { op } from "./support/wasm-builder.ts";

const VALID = buildGuest({
  imports: [
    { module: "host", name: "run", params: ["i32", "i32"], results: ["i32"] },
    { module: "host", name: "table", table: { minimum: 1, maximum: 9 } },
  ],
  tables: [{ minimum: 3 }, { minimum: 0, maximum: 4, element: "externref" }],
  memories: [{ minimum: 2, maximum: 5 }],
  globals: [{ type: "i64", value: -5n }],
  names: { evaluate: "evaluate" },
  functions: { start: { body: [op.i32(1), op.drop] } },
  start: "start",
  custom: [{ name: "producers", bytes: Uint8Array.of(1, 2, 3) }],
});

/** Inspected, or refused with our error: anything else is thrown, and fails the property. */
function inspectedOrRefused(bytes: Uint8Array): boolean {
  const failure = failureOf(() => inspectModule(bytes));
  return failure === null || failure.code === "MODULE_REFUSED";
}

it("inspects the module that the properties start from", () => {
  expect(failureOf(() => inspectModule(VALID))).toBeNull();
});

it("inspects or refuses any bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), inspectedOrRefused));
});

it("inspects or refuses any bytes after a module's header", () => {
  const header = VALID.slice(0, 8);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (rest) =>
      inspectedOrRefused(Uint8Array.from([...header, ...rest])),
    ),
  );
});

it("inspects or refuses a module with any of its bytes changed, and what it inspected can be rewritten", () => {
  const change = fc.record({ at: fc.nat(VALID.length - 1), to: fc.nat(255) });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const bytes = VALID.slice();
      for (const { at, to } of changes) bytes[at] = to;
      if (!inspectedOrRefused(bytes)) return false;
      return failureOf(() => inspectModule(bytes)) !== null || webAssembly.validate(rewritten(bytes));
    }),
    { numRuns: 3_000 },
  );
});

function rewritten(bytes: Uint8Array): Uint8Array {
  const capped = capLimits(bytes, { maxMemoryBytes: 1024 * 1024, maxTableElements: 1_000 });
  const result = rewriteModule(capped.ok ? capped.bytes : bytes);
  return result.ok ? result.bytes : VALID;
}

it("inspects or refuses a module cut anywhere", () => {
  fc.assert(fc.property(fc.nat(VALID.length - 1), (length) => inspectedOrRefused(VALID.slice(0, length))));
});
