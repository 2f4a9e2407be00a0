import { expect, it } from "vitest";
import { createModuleCache } from "../src/module-cache.ts";

/** A cache that takes the length of a text for its size, and notes what it does not keep. */
function cacheOf(maxEntries: number, maxBytes: number) {
  const dropped: string[] = [];
  const cache = createModuleCache<string>({
    maxEntries,
    maxBytes,
    sizeOf: (value) => value.length,
    dropped: (value) => dropped.push(value),
  });
  return { cache, dropped };
}

it("makes a value once, also while it is being made", async () => {
  const cache = createModuleCache<object>({
    maxEntries: 2,
    maxBytes: 100,
    sizeOf: () => 1,
    dropped: () => {},
  });
  let made = 0;
  const make = async () => ({ number: ++made });

  const both = await Promise.all([cache.get("a", make), cache.get("a", make)]);

  expect(both[0]).toBe(both[1]);
  expect(await cache.get("a", make)).toBe(both[0]);
  expect(made).toBe(1);
});

it("forgets the least recently used value first", async () => {
  const { cache } = cacheOf(2, 100);
  const made: string[] = [];
  const get = (key: string) =>
    cache.get(key, async () => {
      made.push(key);
      return key;
    });

  for (const key of ["a", "b", "a", "c", "a", "b"]) await get(key);

  expect(made).toEqual(["a", "b", "c", "b"]);
  expect(cache.size).toBe(2);
});

it("keeps to its bytes, which it learns when a value is made, and says what it drops", async () => {
  const { cache, dropped } = cacheOf(10, 100);
  for (const letter of ["a", "b", "c"]) await cache.get(letter, async () => letter.repeat(40));
  expect([cache.size, cache.has("a"), cache.has("c")]).toEqual([2, false, true]);

  expect(await cache.get("huge", async () => "h".repeat(101))).toHaveLength(101);
  await Promise.resolve();
  expect([cache.size, cache.has("huge")]).toEqual([2, false]);
  expect(dropped.map((value) => value.slice(0, 1))).toEqual(["a", "h"]);
});

it("does not keep a failure", async () => {
  const { cache } = cacheOf(10, 100);
  await expect(cache.get("a", () => Promise.reject(new Error("refused")))).rejects.toThrow("refused");

  expect(cache.size).toBe(0);
  expect(await cache.get("a", async () => "made")).toBe("made");
});

it("keeps nothing when told so", async () => {
  const { cache } = cacheOf(0, 100);
  await cache.get("a", async () => "made");

  expect(cache.size).toBe(0);
});
