import { expect, it } from "vitest";
import { createModuleCache } from "../src/module-cache.ts";

it("makes a value once, also while it is being made", async () => {
  const cache = createModuleCache<object>(2, 100);
  let made = 0;
  const make = async () => ({ number: ++made });

  const both = await Promise.all([cache.get("a", 1, make), cache.get("a", 1, make)]);

  expect(both[0]).toBe(both[1]);
  expect(await cache.get("a", 1, make)).toBe(both[0]);
  expect(made).toBe(1);
});

it("forgets the least recently used value first", async () => {
  const cache = createModuleCache<string>(2, 100);
  const made: string[] = [];
  const get = (key: string) =>
    cache.get(key, 1, async () => {
      made.push(key);
      return key;
    });

  for (const key of ["a", "b", "a", "c", "a", "b"]) await get(key);

  expect(made).toEqual(["a", "b", "c", "b"]);
  expect(cache.size).toBe(2);
});

it("keeps to its bytes, and a value too large for it pushes nothing out", async () => {
  const cache = createModuleCache<string>(10, 100);
  for (const key of ["a", "b", "c"]) await cache.get(key, 40, async () => key);
  expect(cache.size).toBe(2);

  expect(await cache.get("huge", 101, async () => "huge")).toBe("huge");
  expect(cache.size).toBe(2);
});

it("does not keep a failure", async () => {
  const cache = createModuleCache<string>(10, 100);
  await expect(cache.get("a", 1, () => Promise.reject(new Error("refused")))).rejects.toThrow("refused");

  expect(cache.size).toBe(0);
  expect(await cache.get("a", 1, async () => "made")).toBe("made");
});

it("keeps nothing when told so", async () => {
  const cache = createModuleCache<string>(0, 100);
  await cache.get("a", 1, async () => "made");

  expect(cache.size).toBe(0);
});
