import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import {
  chmod,
  chown,
  mkdir,
  readdir,
  readFile,
  rename,
  symlink,
  truncate,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import pino from "pino";
import { describe, expect, it } from "vitest";
import { createModuleStore } from "../../src/module-store/module-store.ts";
import { defaultStoreDirectory, openStoreDirectory } from "../../src/module-store/open-directory.ts";
import { assay, assayJson, CONTEST, example, temporaryDirectory } from "../support/assay.ts";

const silent = pino({ level: "silent" });
const entry = (length: number, fill = 1) => new Uint8Array(length).fill(fill);

async function openedStore(maxBytes = 1_000_000) {
  const directory = await temporaryDirectory();
  return { directory, store: createModuleStore({ directory, maxBytes, logger: silent }) };
}

describe("a module store", () => {
  it("gives back what was put, to another process too, and nothing for another key", async () => {
    const { directory, store } = await openedStore();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2_000 }), async (bytes) => {
        await store.put("a", bytes);
        const again = createModuleStore({ directory, maxBytes: 1_000_000, logger: silent });
        expect(new Uint8Array((await again.get("a")) ?? [0])).toEqual(bytes);
      }),
      { numRuns: 20 },
    );
    expect(await store.get("b")).toBeNull();
  });

  it.each([
    { name: "changed", damage: async (path: string) => writeFile(path, Buffer.alloc(40, 7)) },
    { name: "cut short", damage: async (path: string) => truncate(path, 50) },
    { name: "empty", damage: async (path: string) => truncate(path, 0) },
  ])("has no entry whose file is $name, and removes it", async ({ damage }) => {
    const { directory, store } = await openedStore();
    await store.put("a", entry(100));
    await damage(join(directory, "a.module"));

    expect(await store.get("a")).toBeNull();
    expect(await readdir(directory)).toEqual([]);
  });

  it("removes those first that were not used for longest", async () => {
    const { directory, store } = await openedStore(500);
    for (const [age, key] of ["c", "b", "a"].entries()) {
      await store.put(key, entry(100));
      const then = new Date(Date.now() - (3 - age) * 60_000);
      await utimes(join(directory, `${key}.module`), then, then);
    }
    // The oldest is used again, and the file of a writer that was killed is older than all.
    expect(await store.get("c")).not.toBeNull();
    const left = join(directory, `${randomUUID()}.partial`);
    await writeFile(left, entry(100));
    await utimes(left, new Date(0), new Date(0));
    await store.put("d", entry(100));

    expect((await readdir(directory)).sort()).toEqual(["a.module", "c.module", "d.module"]);
  });

  it("removes nothing that it has not written, however old and large", async () => {
    const { directory, store } = await openedStore(500);
    const others = ["thesis.txt", "list.module", "film.partial", "a.module.bak"];
    for (const name of others) {
      await writeFile(join(directory, name), entry(1_000));
      await utimes(join(directory, name), new Date(0), new Date(0));
    }
    for (const key of ["a", "b", "c", "d", "e"]) await store.put(key, entry(100));
    const left = await readdir(directory);

    expect(left).toEqual(expect.arrayContaining(others));
    // What it has written itself is still held to its bound.
    expect(left.filter((name) => /^[a-e]\.module$/.test(name))).toHaveLength(3);
  });

  it("has no entry that was put under another key", async () => {
    const { directory, store } = await openedStore();
    await store.put("a", entry(100));
    await rename(join(directory, "a.module"), join(directory, "b.module"));

    expect(await store.get("b")).toBeNull();
  });

  it.each([
    { name: "a pipe", make: (path: string) => promisify(execFile)("mkfifo", [path]) },
    { name: "a directory", make: (path: string) => mkdir(path) },
    { name: "a link", make: (path: string) => symlink(`${path}.elsewhere`, path) },
    { name: "larger than the store", make: (path: string) => writeFile(path, entry(1_001)) },
  ])("has no entry where there is $name, and does not wait for it", async ({ make }) => {
    const { directory, store } = await openedStore(1_000);
    await store.put("b", entry(100));
    await rename(join(directory, "b.module"), join(directory, "a.module.elsewhere"));
    await make(join(directory, "a.module"));

    expect(await store.get("a")).toBeNull();
  });

  it("leaves nothing half written where several write the same entry at once", async () => {
    const { directory, store } = await openedStore();
    await Promise.all(Array.from({ length: 20 }, () => store.put("a", entry(10_000))));

    expect(await readdir(directory)).toEqual(["a.module"]);
    expect((await store.get("a"))?.length).toBe(10_000);
  });

  it("fails no evaluation when the disk does", async () => {
    const directory = join(await temporaryDirectory(), "gone");
    const store = createModuleStore({ directory, maxBytes: 1_000, logger: silent });
    await store.put("a", entry(1));

    expect(await store.get("a")).toBeNull();
  });

  it("keeps its files to their owner", async () => {
    const { directory, store } = await openedStore();
    await store.put("a", entry(1));
    await chmod(join(directory, "a.module"), 0o600);

    expect((await readFile(join(directory, "a.module"))).length).toBe(33);
  });
});

describe("the directory of a module store", () => {
  it("is made, for its owner alone", async () => {
    const directory = join(await temporaryDirectory(), "cache", "modules");

    expect(await openStoreDirectory(directory)).toEqual({ ok: true, directory });
    expect(await openStoreDirectory(directory)).toEqual({ ok: true, directory });
  });

  it.each([
    {
      name: "others can read",
      spoil: (path: string) => chmod(path, 0o755),
      reason: "others than its owner have access to it; it needs mode 700",
    },
    {
      name: "others can write to",
      spoil: (path: string) => chmod(path, 0o702),
      reason: "others than its owner have access to it; it needs mode 700",
    },
    {
      name: "is another user's",
      spoil: (path: string) => chown(path, 4242, 4242),
      reason: "it belongs to user 4242",
    },
  ])("is not used when it $name", async ({ spoil, reason }) => {
    const directory = join(await temporaryDirectory(), "modules");
    await mkdir(directory, { mode: 0o700 });
    await spoil(directory);

    expect(await openStoreDirectory(directory)).toEqual({ ok: false, directory, reason });
  });

  it("is not used when it is a link to elsewhere, or a file", async () => {
    const base = await temporaryDirectory();
    await mkdir(join(base, "target"), { mode: 0o700 });
    await symlink(join(base, "target"), join(base, "link"));
    await writeFile(join(base, "file"), "");

    expect(await openStoreDirectory(join(base, "link"))).toMatchObject({ reason: "it is no directory" });
    expect(await openStoreDirectory(join(base, "file"))).toMatchObject({ ok: false });
  });

  it("is in the user's cache unless told otherwise; a relative path is no place", () => {
    expect(defaultStoreDirectory("/var/cache")).toBe("/var/cache/assay/modules");
    expect(defaultStoreDirectory("cache")).toMatch(/^\/.*\/\.cache\/assay\/modules$/);
    expect(defaultStoreDirectory(undefined)).toBe(defaultStoreDirectory("cache"));
  });

  it("is nowhere for a user without a home, and never where the command was started", () => {
    const unknown = () => {
      throw new Error("ENOENT");
    };
    for (const home of [unknown, () => "", () => "here"]) {
      expect(defaultStoreDirectory(undefined, home)).toBeNull();
      expect(defaultStoreDirectory("/var/cache", home)).toBe("/var/cache/assay/modules");
    }
  });
});

describe("assay with a module cache", () => {
  const evaluate = (...args: string[]) =>
    assayJson(["evaluate", CONTEST, "--submission", example("contest/submissions/good.sh"), ...args]);

  it("keeps what a module was rewritten to, and comes to the same with it", async () => {
    const cache = join(temporaryDirectory(), "cache");
    const [first, second] = [
      await evaluate("--module-cache", cache),
      await evaluate("--module-cache", cache),
    ];

    expect(await readdir(cache)).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.module$/)]);
    expect(second.report.fuelUsed).toBe(first.report.fuelUsed);
    expect(second.report.score).toBe(first.report.score);
  });

  it("says that it does not use one that others can write to, and evaluates all the same", async () => {
    const cache = temporaryDirectory();
    await chmod(cache, 0o777);
    const { report, stderr } = await evaluate("--module-cache", cache);

    expect(report.error).toBeNull();
    expect(stderr).toContain("the module cache is not used");
    expect(await readdir(cache)).toEqual([]);
  });

  it("keeps none when told so", async () => {
    const home = temporaryDirectory();
    const contest = ["evaluate", CONTEST, "--submission", example("contest/submissions/good.sh")];
    await assay([...contest, "--no-module-cache"], { env: { XDG_CACHE_HOME: home } });
    expect(await readdir(home)).toEqual([]);
    await assay(contest, { env: { XDG_CACHE_HOME: home } });

    expect(await readdir(join(home, "assay", "modules"))).toHaveLength(1);
  });
});
