import { describe, expect, it } from "vitest";
import { ERRNO } from "../../../src/guest/wasi/errno.ts";
import { LAST, PAGE, wasiHost } from "../../support/wasi-host.ts";

const READ = 1n << 1n;
const WRITE = 1n << 6n;
const POLL = 1n << 27n;

/** The stream behind a descriptor, by what it may do and where it leads. */
function streamOf(host: ReturnType<typeof wasiHost>, descriptor: number): string {
  if (host.call("fd_fdstat_get", descriptor, 64) === ERRNO.badf) return "closed";
  if (host.u64(72) === (READ | POLL)) return "stdin";
  host.put(128, 256, 1);
  host.call("fd_write", descriptor, 128, 1, 136);
  return host.written.at(-1)?.[0] ?? "nowhere";
}

const streamsOf = (host: ReturnType<typeof wasiHost>) =>
  [0, 1, 2, 3].map((descriptor) => streamOf(host, descriptor));

it("there are three descriptors", () => {
  expect(streamsOf(wasiHost())).toEqual(["stdin", "stdout", "stderr", "closed"]);
});

describe("fd_fdstat_get", () => {
  it.each([
    { descriptor: 0, rights: READ | POLL },
    { descriptor: 1, rights: WRITE | POLL },
    { descriptor: 2, rights: WRITE | POLL },
  ])("describes $descriptor as a terminal with its rights", ({ descriptor, rights }) => {
    const host = wasiHost();
    host.memory.fill(0xff, 64, 96);

    expect(host.call("fd_fdstat_get", descriptor, 64)).toBe(ERRNO.success);
    expect([host.memory[64], host.u64(72), host.u64(80)]).toEqual([2, rights, 0n]);
    expect(host.memory.readUInt16LE(66)).toBe(0);
    expect(host.memory[88]).toBe(0xff);
  });
});

describe("fd_filestat_get", () => {
  it.each([0, 1, 2])("describes %i as a terminal without size and times", (descriptor) => {
    const host = wasiHost();
    host.memory.fill(0xff, 64, 136);

    expect(host.call("fd_filestat_get", descriptor, 64)).toBe(ERRNO.success);
    const expected = Buffer.alloc(64);
    expected[16] = 2;
    expect(host.memory.subarray(64, 128)).toEqual(expected);
    expect(host.memory[128]).toBe(0xff);
  });
});

describe.each([
  { name: "fd_fdstat_get", size: 24 },
  { name: "fd_filestat_get", size: 64 },
] as const)("$name", ({ name, size }) => {
  it("writes inside of the memory, or nothing", () => {
    const host = wasiHost();
    for (const at of [PAGE - size + 1, PAGE, LAST]) expect(host.call(name, 1, at)).toBe(ERRNO.fault);

    expect(host.memory.every((byte) => byte === 0)).toBe(true);
    expect(host.call(name, 1, PAGE - size)).toBe(ERRNO.success);
  });

  it.each([3, LAST])("knows no descriptor %i", (descriptor) => {
    expect(wasiHost().call(name, descriptor, 64)).toBe(ERRNO.badf);
  });
});

describe("fd_close", () => {
  it("closes a descriptor once", () => {
    const host = wasiHost();

    expect(host.call("fd_close", 1)).toBe(ERRNO.success);
    expect(host.call("fd_close", 1)).toBe(ERRNO.badf);
    expect(streamsOf(host)).toEqual(["stdin", "closed", "stderr", "closed"]);
  });

  it.each([3, LAST])("knows no descriptor %i", (descriptor) => {
    expect(wasiHost().call("fd_close", descriptor)).toBe(ERRNO.badf);
  });
});

describe("fd_renumber", () => {
  it.each([
    { from: 1, to: 2, errno: ERRNO.success, streams: ["stdin", "closed", "stdout", "closed"] },
    { from: 1, to: 0, errno: ERRNO.success, streams: ["stdout", "closed", "stderr", "closed"] },
    { from: 1, to: 1, errno: ERRNO.success, streams: ["stdin", "stdout", "stderr", "closed"] },
    { from: 1, to: 3, errno: ERRNO.badf, streams: ["stdin", "stdout", "stderr", "closed"] },
    { from: 3, to: 1, errno: ERRNO.badf, streams: ["stdin", "stdout", "stderr", "closed"] },
    { from: 3, to: 3, errno: ERRNO.badf, streams: ["stdin", "stdout", "stderr", "closed"] },
    { from: 2, to: LAST, errno: ERRNO.badf, streams: ["stdin", "stdout", "stderr", "closed"] },
  ])("from $from to $to answers $errno", ({ from, to, errno, streams }) => {
    const host = wasiHost();

    expect(host.call("fd_renumber", from, to)).toBe(errno);
    expect(streamsOf(host)).toEqual(streams);
  });
});
