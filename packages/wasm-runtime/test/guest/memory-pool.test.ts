import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMemoryPool } from "../../src/guest/memory-pool.ts";

const PAGE = 65_536;
const ONE = { minimumPages: 1, maximumPages: 4 };
const bytesOf = ({ buffer }: { readonly buffer: ArrayBuffer }) => new Uint8Array(buffer);

describe("a pool of memories", () => {
  it("gives a memory again, with nothing in it", () => {
    const pool = createMemoryPool();
    const memory = pool.take(ONE);
    bytesOf(memory).fill(0xff);

    expect(pool.give(memory, ONE)).toBe(true);
    const again = pool.take(ONE);
    expect(again).toBe(memory);
    expect(bytesOf(again).every((byte) => byte === 0)).toBe(true);
  });

  it("gives it to one guest at a time, and only to those with the same limits", () => {
    const pool = createMemoryPool();
    const memory = pool.take(ONE);
    pool.give(memory, ONE);

    expect(pool.take({ minimumPages: 1, maximumPages: 5 })).not.toBe(memory);
    expect(pool.take({ minimumPages: 1, maximumPages: null })).not.toBe(memory);
    expect(pool.take(ONE)).toBe(memory);
    expect(pool.take(ONE)).not.toBe(memory);
  });

  it("keeps none that grew: its size would show", () => {
    const pool = createMemoryPool();
    const memory = pool.take(ONE) as { grow(pages: number): number } & ReturnType<typeof pool.take>;
    memory.grow(1);

    expect(pool.give(memory, ONE)).toBe(false);
    expect(pool.take(ONE).buffer.byteLength).toBe(PAGE);
  });

  it("keeps none that takes long to wipe", () => {
    const pool = createMemoryPool();
    const [small, large] = [32, 33].map((minimumPages) => ({ minimumPages, maximumPages: null }));
    const give = (limits = small) => limits !== undefined && pool.give(pool.take(limits), limits);

    expect([give(small), give(large)]).toEqual([true, false]);
  });

  it("keeps no more than 32 MiB, and forgets those first whose like was not given for longest", () => {
    const pool = createMemoryPool();
    const limits = [30, 31, 32].map((minimumPages) => ({ minimumPages, maximumPages: null }));
    const taken = limits.map((each) => Array.from({ length: 10 }, () => pool.take(each)));
    limits.forEach((each, index) => {
      for (const memory of taken[index] ?? []) pool.give(memory, each);
    });
    const kept = limits.map(
      (each, index) =>
        Array.from({ length: 10 }, () => pool.take(each)).filter((memory) => taken[index]?.includes(memory))
          .length,
    );
    const keptBytes = kept.reduce(
      (sum, count, index) => sum + count * (limits[index]?.minimumPages ?? 0) * PAGE,
      0,
    );

    expect(keptBytes).toBeLessThanOrEqual(32 * 1024 * 1024);
    expect(kept[0]).toBeLessThan(kept[1] ?? 0);
    expect(kept[2]).toBe(10);
  });

  it.each([0, 1])(
    "keeps no more than 64, of %i pages each: the engine has only so many addresses",
    (pages) => {
      const pool = createMemoryPool();
      const limits = Array.from({ length: 200 }, (_, more) => ({
        minimumPages: pages,
        maximumPages: pages + more,
      }));
      const given = limits.map((each) => {
        const memory = pool.take(each);
        pool.give(memory, each);
        return memory;
      });
      const kept = limits.map((each, index) => pool.take(each) === given[index]);

      expect(kept.lastIndexOf(false)).toBe(200 - 64 - 1);
      expect(kept.indexOf(true)).toBe(200 - 64);
    },
  );

  it("never gives a memory to two, whatever is taken and given", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 3 })), { maxLength: 60 }),
        (steps) => {
          const pool = createMemoryPool();
          const out: {
            readonly memory: object & { readonly buffer: ArrayBuffer };
            readonly pages: number;
          }[] = [];
          for (const [take, pages] of steps) {
            const limits = { minimumPages: pages, maximumPages: 4 };
            if (take) {
              const memory = pool.take(limits);
              expect(out.map((each) => each.memory)).not.toContain(memory);
              expect(bytesOf(memory)[0]).toBe(0);
              bytesOf(memory)[0] = 1;
              out.push({ memory, pages });
            } else {
              const given = out.pop();
              if (given !== undefined)
                pool.give(given.memory, { minimumPages: given.pages, maximumPages: 4 });
            }
          }
        },
      ),
    );
  });
});
