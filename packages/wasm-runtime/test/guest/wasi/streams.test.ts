import { describe, expect, it } from "vitest";
import { ERRNO } from "../../../src/guest/wasi/errno.ts";
import { LAST, PAGE, type WasiHost, wasiHost } from "../../support/wasi-host.ts";

const VECTORS = 0;
const COUNT = 768;
const TEXT = 1_024;

/** A host whose memory holds `text` at `TEXT`. */
function hostWith(text: string, config: Parameters<typeof wasiHost>[0] = {}): WasiHost {
  const host = wasiHost(config);
  host.memory.write(text, TEXT, "latin1");
  return host;
}

describe("fd_write", () => {
  it.each([
    { descriptor: 1, stream: "stdout" },
    { descriptor: 2, stream: "stderr" },
  ])("to $descriptor is output on $stream, its parts joined", ({ descriptor, stream }) => {
    const host = hostWith("hello, world");
    host.put(VECTORS, TEXT, 5, PAGE, 0, TEXT + 5, 7);

    expect(host.call("fd_write", descriptor, VECTORS, 3, COUNT)).toBe(ERRNO.success);
    expect(host.written).toEqual([[stream, "hello, world"]]);
    expect(host.u32(COUNT)).toBe(12);
  });

  it("of nothing is no output", () => {
    const host = hostWith("");
    host.put(COUNT, 99);

    expect(host.call("fd_write", 1, VECTORS, 0, COUNT)).toBe(ERRNO.success);
    expect(host.written).toEqual([]);
    expect(host.u32(COUNT)).toBe(0);
  });

  it("takes regions that overlap each other, the vectors and the count", () => {
    const host = hostWith("abcd");
    host.put(VECTORS, TEXT, 3, TEXT + 1, 3, VECTORS, 4, COUNT, 4);

    expect(host.call("fd_write", 1, VECTORS, 4, COUNT)).toBe(ERRNO.success);
    expect(host.written).toEqual([["stdout", "abcbcd\0\x04\0\0\0\0\0\0"]]);
    expect(host.call("fd_write", 1, VECTORS, 1, VECTORS)).toBe(ERRNO.success);
    expect(host.u32(VECTORS)).toBe(3);
  });

  it("beyond the most that is kept succeeds, and is counted as dropped", () => {
    const host = hostWith("0123456789", { maxOutputBytes: 15 });
    host.put(VECTORS, TEXT, 4, TEXT + 4, 6);
    const results = [1, 2, 1].map((descriptor) => {
      const errno = host.call("fd_write", descriptor, VECTORS, 2, COUNT);
      return [errno, host.u32(COUNT)];
    });

    expect(results).toEqual([
      [0, 10],
      [0, 10],
      [0, 10],
    ]);
    expect(host.written).toEqual([
      ["stdout", "0123456789"],
      ["stderr", "01234"],
    ]);
    expect(host.droppedBytes()).toBe(15);
  });

  it("keeps nothing where nothing is to be kept", () => {
    const host = hostWith("0123456789", { maxOutputBytes: 0 });
    host.put(VECTORS, TEXT, 10);

    expect(host.call("fd_write", 1, VECTORS, 1, COUNT)).toBe(ERRNO.success);
    expect([host.written, host.droppedBytes()]).toEqual([[], 10]);
  });

  it("allocates what it keeps, not what it is given", () => {
    const host = hostWith("");
    host.grow(1_023);
    host.put(VECTORS, ...Array.from({ length: 32 }, () => [0, 64 * 2 ** 20]).flat());
    const before = process.memoryUsage().arrayBuffers;

    expect(host.call("fd_write", 1, VECTORS, 32, COUNT)).toBe(ERRNO.success);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
    expect(host.u32(COUNT)).toBe(2 ** 31);
    expect(host.droppedBytes()).toBe(2 ** 31 - 65_536);
  });

  it("of more bytes than its answer can count is refused", () => {
    const host = hostWith("");
    host.grow(1_023);
    host.put(VECTORS, ...Array.from({ length: 64 }, () => [0, 64 * 2 ** 20]).flat());

    expect(host.call("fd_write", 1, VECTORS, 64, COUNT)).toBe(ERRNO.inval);
    expect([host.written, host.droppedBytes()]).toEqual([[], 0]);
  });

  it.each([0, 3, LAST])("to %i, which is not open for it, is refused", (descriptor) => {
    const host = hostWith("a");
    host.put(VECTORS, TEXT, 1);

    expect(host.call("fd_write", descriptor, VECTORS, 1, COUNT)).toBe(
      descriptor === 0 ? ERRNO.notcapable : ERRNO.badf,
    );
    expect(host.written).toEqual([]);
  });
});

describe("fd_read", () => {
  const stdin = Buffer.from("first line\nsecond");

  it("fills the regions one after the other, until the input ends", () => {
    const host = wasiHost({ stdin });
    host.put(VECTORS, TEXT, 5, TEXT + 100, 0, TEXT + 200, 6);
    const reads = [1, 2, 3].map(() => {
      const errno = host.call("fd_read", 0, VECTORS, 3, COUNT);
      return [errno, host.u32(COUNT), host.memory.toString("latin1", TEXT, TEXT + 5)];
    });

    expect(reads).toEqual([
      [0, 11, "first"],
      [0, 6, "secon"],
      [0, 0, "secon"],
    ]);
    expect(host.memory.toString("latin1", TEXT + 200, TEXT + 206)).toBe("dline\n");
  });

  it("writes what regions that overlap say last, and the count behind all", () => {
    const host = wasiHost({ stdin });
    host.put(VECTORS, TEXT, 4, TEXT + 2, 4, VECTORS, 4, COUNT, 4);

    expect(host.call("fd_read", 0, VECTORS, 4, COUNT)).toBe(ERRNO.success);
    expect(host.memory.toString("latin1", TEXT, TEXT + 6)).toBe("fit li");
    expect(host.memory.toString("latin1", VECTORS, VECTORS + 4)).toBe("ne\ns");
    expect(host.u32(COUNT)).toBe(16);
  });

  it("reads nothing by default", () => {
    const host = wasiHost();
    host.put(VECTORS, TEXT, 8);
    host.put(COUNT, 99);

    expect(host.call("fd_read", 0, VECTORS, 1, COUNT)).toBe(ERRNO.success);
    expect(host.u32(COUNT)).toBe(0);
  });

  it("fails for a region outside of the memory even where the input does not reach it", () => {
    const host = wasiHost({ stdin });
    host.put(VECTORS, TEXT, 100, PAGE - 4, 5);

    expect(host.call("fd_read", 0, VECTORS, 2, COUNT)).toBe(ERRNO.fault);
    expect(host.call("fd_read", 0, VECTORS, 1, COUNT)).toBe(ERRNO.success);
    expect(host.u32(COUNT)).toBe(stdin.length);
  });

  it.each([1, 2, 3, LAST])("from %i, which is not open for it, is refused", (descriptor) => {
    const host = wasiHost({ stdin });
    host.put(VECTORS, TEXT, 1);
    const expected = descriptor === 1 || descriptor === 2 ? ERRNO.notcapable : ERRNO.badf;

    expect(host.call("fd_read", descriptor, VECTORS, 1, COUNT)).toBe(expected);
  });
});

describe.each([
  { name: "fd_write", descriptor: 1 },
  { name: "fd_read", descriptor: 0 },
] as const)("$name", ({ name, descriptor }) => {
  const stdin = Buffer.alloc(64, "x");

  it.each([
    { what: "the vectors begin behind the memory", at: PAGE, count: 1, counted: COUNT },
    { what: "the vectors end behind the memory", at: PAGE - 12, count: 2, counted: COUNT },
    { what: "the vectors wrap around the address space", at: LAST - 7, count: 2, counted: COUNT },
    { what: "the count does not fit", at: VECTORS, count: 2, counted: PAGE - 3 },
    { what: "the count wraps around the address space", at: VECTORS, count: 2, counted: LAST },
    { what: "a region ends behind the memory", at: 128, count: 2, counted: COUNT },
    { what: "a region wraps around the address space", at: 256, count: 2, counted: COUNT },
  ])("does nothing where $what", ({ at, count, counted }) => {
    const host = hostWith("text", { stdin });
    host.put(VECTORS, TEXT, 4, TEXT, 4);
    host.put(128, TEXT, 4, PAGE - 4, 5);
    host.put(256, TEXT, 4, LAST, 8);
    const before = Buffer.from(host.memory);

    expect(host.call(name, descriptor, at, count, counted)).toBe(ERRNO.fault);
    expect(host.memory).toEqual(before);
    expect([host.written, host.droppedBytes()]).toEqual([[], 0]);
    // The control: with good pointers it takes the input from its beginning.
    expect(host.call(name, descriptor, VECTORS, 2, COUNT)).toBe(ERRNO.success);
    expect(host.u32(COUNT)).toBe(8);
  });

  it.each([1_025, 2 ** 29, 2 ** 31, LAST])("takes no %i regions, and reads none of them", (count) => {
    const host = wasiHost({ stdin });
    host.call("sched_yield");
    const base = host.charged;

    expect(host.call(name, descriptor, VECTORS, count, COUNT)).toBe(ERRNO.inval);
    expect(host.charged - base).toBe(base);
  });

  it("takes 1 024 regions, each for a price", () => {
    const host = wasiHost({ stdin });
    host.call("sched_yield");
    const base = host.charged;

    expect(host.call(name, descriptor, PAGE - 8 * 1_024, 1_024, COUNT)).toBe(ERRNO.success);
    expect(host.charged - 2 * base).toBe(1_024 * 1_000);
  });

  it("sees a memory that has grown since", () => {
    const host = wasiHost({ stdin });
    host.put(VECTORS, PAGE + 16, 4);

    expect(host.call(name, descriptor, VECTORS, 1, COUNT)).toBe(ERRNO.fault);
    host.grow(1);
    expect(host.call(name, descriptor, VECTORS, 1, COUNT)).toBe(ERRNO.success);
  });

  it("fails before there is a memory", () => {
    const host = wasiHost({ stdin }, { memory: () => null });

    expect(host.call(name, descriptor, 0, 0, 0)).toBe(ERRNO.fault);
  });
});
