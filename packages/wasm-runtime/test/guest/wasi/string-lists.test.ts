import { describe, expect, it } from "vitest";
import { ERRNO } from "../../../src/guest/wasi/errno.ts";
import { LAST, PAGE, wasiHost } from "../../support/wasi-host.ts";

describe.each([
  {
    list: "arguments",
    config: { args: ["guest", "", "größe"] },
    expected: ["guest", "", "größe"],
    get: "args_get",
    sizes: "args_sizes_get",
  },
  {
    list: "variables",
    config: { environment: { LANG: "C", __proto__x: "a=b", EMPTY: "" } },
    expected: ["LANG=C", "__proto__x=a=b", "EMPTY="],
    get: "environ_get",
    sizes: "environ_sizes_get",
  },
] as const)("the $list", ({ config, expected, get, sizes }) => {
  const text = expected.map((each) => `${each}\0`).join("");
  const textBytes = Buffer.byteLength(text);

  it("are counted, and so are their bytes with the NULs", () => {
    const host = wasiHost(config);

    expect(host.call(sizes, 16, 32)).toBe(ERRNO.success);
    expect([host.u32(16), host.u32(32)]).toEqual([expected.length, textBytes]);
  });

  it("are written one behind the other, with a pointer to each", () => {
    const host = wasiHost(config);

    expect(host.call(get, 16, 100)).toBe(ERRNO.success);
    expect(host.memory.toString("utf8", 100, 100 + textBytes)).toBe(text);
    const found = expected.map((_, index) => {
      const start = host.u32(16 + index * 4);
      return host.memory.toString("utf8", start, host.memory.indexOf(0, start));
    });
    expect(found).toEqual(expected);
  });

  it("fit into the last bytes of the memory", () => {
    const pointerBytes = expected.length * 4;

    expect(wasiHost(config).call(get, PAGE - textBytes - pointerBytes, PAGE - textBytes)).toBe(ERRNO.success);
  });

  it.each([
    { what: "the pointers", pointers: PAGE - expected.length * 4 + 1, strings: 0 },
    { what: "the strings", pointers: 0, strings: PAGE - textBytes + 1 },
    { what: "the strings by 4 GiB", pointers: 0, strings: -1 },
  ])("are not written at all where $what would leave the memory", ({ pointers, strings }) => {
    const host = wasiHost(config);

    expect(host.call(get, pointers, strings)).toBe(ERRNO.fault);
    expect(host.memory.every((byte) => byte === 0)).toBe(true);
  });

  it("are not counted where a count would leave the memory", () => {
    const host = wasiHost(config);

    expect(host.call(sizes, 16, PAGE - 3)).toBe(ERRNO.fault);
    expect(host.call(sizes, LAST, 16)).toBe(ERRNO.fault);
    expect(host.memory.every((byte) => byte === 0)).toBe(true);
    expect(host.call(sizes, PAGE - 4, PAGE - 8)).toBe(ERRNO.success);
  });

  it("are none by default", () => {
    const host = wasiHost();

    expect(host.call(sizes, 16, 32)).toBe(ERRNO.success);
    expect([host.u32(16), host.u32(32)]).toEqual([0, 0]);
    expect(host.call(get, 16, 32)).toBe(ERRNO.success);
  });
});
