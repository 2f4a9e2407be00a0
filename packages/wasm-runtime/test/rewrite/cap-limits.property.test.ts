import fc from "fast-check";
import { expect, it } from "vitest";
import { inspectModule } from "../../src/inspect.ts";
import { capLimits } from "../../src/rewrite/cap-limits.ts";
import { buildGuest } from "../support/guests.ts";

const PAGE = 65_536;

const limits = (most: number) =>
  fc
    .record({ minimum: fc.nat(most), more: fc.option(fc.nat(most), { nil: undefined }) })
    .map(({ minimum, more }) => ({ minimum, ...(more === undefined ? {} : { maximum: minimum + more }) }));

const module = fc
  .record({
    memory: limits(1_000),
    tables: fc.array(limits(1_000), { maxLength: 5 }),
    globals: fc.constant([{ type: "i32" as const, value: 4 }]),
  })
  .map(({ memory, tables, globals }) => buildGuest({ memories: [memory], tables, globals }));

const caps = fc.record({
  maxMemoryBytes: fc.integer({ min: PAGE, max: 2_000 * PAGE }),
  maxTableElements: fc.nat(6_000),
});

it("gives a valid module that differs in nothing but its maxima, and keeps to the caps", () => {
  fc.assert(
    fc.property(module, caps, (bytes, given) => {
      const before = inspectModule(bytes);
      const result = capLimits(bytes, given);
      const minimumElements = before.tables.reduce((sum, { limits: { minimum } }) => sum + minimum, 0);
      const fits =
        (before.memory?.minimum ?? 0) * PAGE <= given.maxMemoryBytes &&
        minimumElements <= given.maxTableElements;
      expect(result.ok).toBe(fits);
      if (!result.ok) return;

      const after = inspectModule(result.bytes);
      const withoutMaxima = ({ memory, tables, sizeBytes: _, ...rest }: typeof after) => ({
        ...rest,
        memory: memory?.minimum,
        tables: tables.map(({ element, limits: { minimum } }) => ({ element, minimum })),
      });
      expect(withoutMaxima(after)).toEqual(withoutMaxima(before));
      expect((after.memory?.maximum ?? Number.POSITIVE_INFINITY) * PAGE).toBeLessThanOrEqual(
        given.maxMemoryBytes,
      );
      const elements = after.tables.reduce(
        (sum, { limits: { maximum } }) => sum + (maximum ?? Number.POSITIVE_INFINITY),
        0,
      );
      expect(elements).toBeLessThanOrEqual(given.maxTableElements);
    }),
  );
});

it("changes nothing the second time, for one table at most", () => {
  fc.assert(
    fc.property(limits(1_000), limits(1_000), (memory, table) => {
      const given = { maxMemoryBytes: 2_000 * PAGE, maxTableElements: 3_000 };
      const once = capLimits(buildGuest({ memories: [memory], tables: [table] }), given);
      expect(once.ok && capLimits(once.bytes, given)).toEqual(once);
    }),
  );
});
