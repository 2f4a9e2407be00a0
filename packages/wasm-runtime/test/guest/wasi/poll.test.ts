import { describe, expect, it } from "vitest";
import { ERRNO } from "../../../src/guest/wasi/errno.ts";
import { LAST, PAGE, type WasiHost, wasiHost } from "../../support/wasi-host.ts";

const SUBSCRIPTIONS = 0;
const EVENTS = 4_096;
const COUNT = 8_192;

type Wanted =
  | { readonly clock: number; readonly timeoutNs: bigint; readonly absolute?: boolean }
  | { readonly readable: number }
  | { readonly writable: number }
  | { readonly type: number };

/** Writes subscriptions whose userdata are 100, 101, … */
function subscribe(host: WasiHost, wanted: readonly Wanted[], at = SUBSCRIPTIONS): void {
  for (const [index, each] of wanted.entries()) {
    const start = at + index * 48;
    host.memory.writeBigUInt64LE(BigInt(100 + index), start);
    if ("type" in each) host.memory.writeUInt8(each.type, start + 8);
    else if ("clock" in each) {
      host.memory.writeUInt8(0, start + 8);
      host.memory.writeUInt32LE(each.clock, start + 16);
      host.memory.writeBigUInt64LE(each.timeoutNs, start + 24);
      host.memory.writeUInt16LE(each.absolute === true ? 1 : 0, start + 40);
    } else {
      host.memory.writeUInt8("readable" in each ? 1 : 2, start + 8);
      host.memory.writeUInt32LE("readable" in each ? each.readable : each.writable, start + 16);
    }
  }
}

function eventsOf(host: WasiHost, at = EVENTS) {
  return Array.from({ length: host.u32(COUNT) }, (_, index) => {
    const start = at + index * 32;
    return {
      userdata: host.u64(start),
      errno: host.memory.readUInt16LE(start + 8),
      type: host.memory.readUInt8(start + 10),
      bytes: host.u64(start + 16),
      flags: host.memory.readUInt16LE(start + 24),
    };
  });
}

function nowNs(host: WasiHost): bigint {
  host.call("clock_time_get", 1, 0n, 16_384);
  return host.u64(16_384);
}

/** Polls once, and tells which events happened, and what time it was then. */
function poll(host: WasiHost, ...wanted: readonly Wanted[]) {
  subscribe(host, wanted);
  expect(host.call("poll_oneoff", SUBSCRIPTIONS, EVENTS, wanted.length, COUNT)).toBe(ERRNO.success);
  const userdata = eventsOf(host).map((event) => Number(event.userdata));
  return { userdata, nowNs: nowNs(host) };
}

const clock = (timeoutNs: bigint, id = 1): Wanted => ({ clock: id, timeoutNs });
const until = (timeoutNs: bigint, id = 1): Wanted => ({ clock: id, timeoutNs, absolute: true });

describe("waiting for clocks", () => {
  it("moves the time on at once, by as much as was asked for", () => {
    const host = wasiHost();
    host.fuel = 50;

    expect(poll(host, clock(5_000_000_000n))).toEqual({ userdata: [100], nowNs: 5_000_000_005n });
    expect(eventsOf(host)).toEqual([{ userdata: 100n, errno: 0, type: 0, bytes: 0n, flags: 0 }]);
  });

  it("ends with the first that is due, and with all that are due then", () => {
    expect(poll(wasiHost(), clock(30n), clock(20n), until(20n), clock(21n))).toEqual({
      userdata: [101, 102],
      nowNs: 20n,
    });
  });

  it.each([0, 1])("does not move clock %i where one is due already", (id) => {
    const host = wasiHost({ startTimestampMs: 0 });
    host.fuel = 1_000;

    expect(poll(host, clock(30n), until(99n, id), clock(0n, id))).toEqual({
      userdata: [101, 102],
      nowNs: 100n,
    });
  });

  it("knows the realtime clock's times, past and future", () => {
    const host = wasiHost({ startTimestampMs: 1_000 });

    expect(poll(host, until(1_000_000_500n, 0))).toEqual({ userdata: [100], nowNs: 500n });
    expect(poll(host, until(7n, 0))).toEqual({ userdata: [100], nowNs: 500n });
    expect(poll(host, clock(10n, 0))).toEqual({ userdata: [100], nowNs: 510n });
  });

  it("for ever is over at the last nanosecond, and again at once", () => {
    const host = wasiHost({ startTimestampMs: 1_700_000_000_000 });
    const last = { userdata: [100], nowNs: 2n ** 64n - 1n };

    expect(poll(host, clock(2n ** 64n - 1n))).toEqual(last);
    expect(poll(host, clock(2n ** 64n - 1n))).toEqual(last);
    expect(poll(host, until(2n ** 64n - 1n, 0))).toEqual(last);
  });

  it.each([2, 3, 4, LAST >>> 0])(
    "is an error of the event for clock %i, which only computing moves",
    (id) => {
      const host = wasiHost();

      expect(poll(host, clock(5n), clock(9n, id))).toEqual({ userdata: [101], nowNs: 0n });
      expect(eventsOf(host)[0]?.errno).toBe(ERRNO.inval);
    },
  );
});

describe("waiting for streams", () => {
  it("ends at once: there is input or its end, and always room for output", () => {
    const host = wasiHost({ stdin: Buffer.from("input") });

    expect(poll(host, clock(5n), { readable: 0 }, { writable: 1 }, { writable: 2 })).toEqual({
      userdata: [101, 102, 103],
      nowNs: 0n,
    });
    expect(eventsOf(host)).toEqual([
      { userdata: 101n, errno: 0, type: 1, bytes: 5n, flags: 0 },
      { userdata: 102n, errno: 0, type: 2, bytes: 65_536n, flags: 0 },
      { userdata: 103n, errno: 0, type: 2, bytes: 65_536n, flags: 0 },
    ]);
  });

  it("says where the input has ended", () => {
    const host = wasiHost();
    poll(host, { readable: 0 });

    expect(eventsOf(host)).toEqual([{ userdata: 100n, errno: 0, type: 1, bytes: 0n, flags: 1 }]);
  });

  it.each<{ wanted: Wanted; errno: number }>([
    { wanted: { readable: 1 }, errno: ERRNO.notcapable },
    { wanted: { writable: 0 }, errno: ERRNO.notcapable },
    { wanted: { readable: 3 }, errno: ERRNO.badf },
    { wanted: { writable: 2 ** 32 - 1 }, errno: ERRNO.badf },
  ])("is an error of the event for $wanted", ({ wanted, errno }) => {
    const host = wasiHost();

    expect(poll(host, clock(5n), wanted, { writable: 1 }).userdata).toEqual([101, 102]);
    expect(eventsOf(host).map((event) => event.errno)).toEqual([errno, 0]);
  });
});

describe("a poll", () => {
  it.each([0, 1_025, 2 ** 26, 2 ** 31, LAST])(
    "takes no %i subscriptions, and reads none of them",
    (count) => {
      const host = wasiHost();
      host.call("sched_yield");
      const base = host.charged;

      expect(host.call("poll_oneoff", SUBSCRIPTIONS, EVENTS, count, COUNT)).toBe(ERRNO.inval);
      expect(host.charged - base).toBe(base);
    },
  );

  it("takes 1 024 of them, each for a price, and their events in the same place", () => {
    const host = wasiHost();
    subscribe(
      host,
      Array.from({ length: 1_024 }, () => ({ writable: 1 })),
    );
    host.call("sched_yield");
    const base = host.charged;

    expect(host.call("poll_oneoff", SUBSCRIPTIONS, SUBSCRIPTIONS, 1_024, PAGE - 4)).toBe(ERRNO.success);
    expect(host.u32(PAGE - 4)).toBe(1_024);
    expect(host.u64(1_023 * 32)).toBe(100n + 1_023n);
    expect(host.charged - 2 * base).toBe(1_024 * 1_000);
  });

  it.each([3, 255])("with a subscription of type %i is refused, and nobody sleeps", (type) => {
    const host = wasiHost();
    subscribe(host, [clock(5n), { type }]);

    expect(host.call("poll_oneoff", SUBSCRIPTIONS, EVENTS, 2, COUNT)).toBe(ERRNO.inval);
    expect(nowNs(host)).toBe(0n);
  });

  it.each([
    { what: "subscriptions", at: PAGE - 95, events: EVENTS, counted: COUNT },
    { what: "subscriptions by 4 GiB", at: LAST, events: EVENTS, counted: COUNT },
    { what: "events, had all of them happened,", at: SUBSCRIPTIONS, events: PAGE - 63, counted: COUNT },
    { what: "events by 4 GiB", at: SUBSCRIPTIONS, events: LAST, counted: COUNT },
    { what: "count", at: SUBSCRIPTIONS, events: EVENTS, counted: PAGE - 3 },
    { what: "count by 4 GiB", at: SUBSCRIPTIONS, events: EVENTS, counted: LAST },
  ])("does nothing, and nobody sleeps, where the $what would leave the memory", ({ at, events, counted }) => {
    const host = wasiHost();
    subscribe(host, [clock(5n), clock(6n)]);
    const before = Buffer.from(host.memory);

    expect(host.call("poll_oneoff", at, events, 2, counted)).toBe(ERRNO.fault);
    expect(host.memory).toEqual(before);
    expect(nowNs(host)).toBe(0n);
  });

  it("writes up to the last byte of the memory", () => {
    const host = wasiHost();
    subscribe(host, [{ writable: 1 }], PAGE - 48);

    expect(host.call("poll_oneoff", PAGE - 48, PAGE - 32, 1, PAGE - 36)).toBe(ERRNO.success);
    expect(host.u64(PAGE - 32)).toBe(100n);
  });
});
