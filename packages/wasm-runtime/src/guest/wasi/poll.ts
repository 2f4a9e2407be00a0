import { isInBounds, scatterToGuest } from "../guest-memory.ts";
import { CLOCK_ID } from "./clocks.ts";
import type { WasiHandlers, WasiHooks } from "./context.ts";
import type { Descriptors } from "./descriptors.ts";
import { ERRNO, type Errno } from "./errno.ts";
import type { Input } from "./input.ts";
import { readRecords, u32Bytes } from "./records.ts";
import type { VirtualClock } from "./virtual-clock.ts";

const SUBSCRIPTION_BYTES = 48;
const EVENT_BYTES = 32;
const EVENT_TYPE = { clock: 0, fdRead: 1, fdWrite: 2 } as const;
type EventType = (typeof EVENT_TYPE)[keyof typeof EVENT_TYPE];

const ABSOLUTE_TIME = 1;
const HANGUP = 1;
/** How much can be written without waiting: there is no end to it. */
const WRITABLE_BYTES = 65_536;

/** What a guest waits for. `userdata` comes back with the event. */
interface Subscription {
  readonly userdata: bigint;
  readonly type: EventType;
  /** When it happens, as `VirtualClock.monotonicNs`; `null`: at once. */
  readonly dueNs: bigint | null;
  readonly event: Pick<Event, "error" | "bytes" | "hangup">;
}

interface Event {
  readonly error: Errno;
  readonly bytes: number;
  readonly hangup: boolean;
}

const HAPPENS: Event = { error: ERRNO.success, bytes: 0, hangup: false };
const fails = (error: Errno): Event => ({ error, bytes: 0, hangup: false });

/**
 * Waiting, in virtual time: nothing really sleeps. Streams are always ready. Where only clocks are waited for, virtual time
 * moves on to the first that is due. At most 1 024 subscriptions; more, or none, are `EINVAL`.
 */
export function createPollHandlers(
  descriptors: Descriptors,
  input: Input,
  clock: VirtualClock,
  hooks: WasiHooks,
): Pick<WasiHandlers, "poll_oneoff"> {
  const { memory } = hooks;
  return {
    poll_oneoff(subscriptionsAt, eventsAt, count, eventCountAt) {
      if (count === 0) return ERRNO.inval;
      const records = readRecords(hooks, subscriptionsAt, count, SUBSCRIPTION_BYTES);
      if (typeof records === "number") return records;
      // The guest says how many events it has room for by how many it asks for.
      if (!isInBounds(memory(), eventsAt, count * EVENT_BYTES)) return ERRNO.fault;
      if (!isInBounds(memory(), eventCountAt, 4)) return ERRNO.fault;

      const nowNs = clock.monotonicNs();
      const subscriptions = readSubscriptions(records, count, nowNs);
      if (subscriptions === null) return ERRNO.inval;
      const wakeNs = firstDueNs(subscriptions, nowNs);
      clock.sleepUntil(wakeNs);
      const happened = subscriptions.filter(({ dueNs }) => dueNs === null || dueNs <= wakeNs);
      const written = scatterToGuest(memory(), [
        { pointer: eventsAt, bytes: encodeEvents(happened) },
        { pointer: eventCountAt, bytes: u32Bytes(happened.length) },
      ]);
      return written ? ERRNO.success : ERRNO.fault;
    },
  };

  /** @returns `null` if one of them is of no known type. */
  function readSubscriptions(records: DataView, count: number, nowNs: bigint): Subscription[] | null {
    const read: Subscription[] = [];
    for (let at = 0; at < count * SUBSCRIPTION_BYTES; at += SUBSCRIPTION_BYTES) {
      const userdata = records.getBigUint64(at, true);
      const type = records.getUint8(at + 8);
      if (type === EVENT_TYPE.clock) read.push({ userdata, type, ...awaitClock(records, at, nowNs) });
      else if (type === EVENT_TYPE.fdRead || type === EVENT_TYPE.fdWrite) {
        read.push({ userdata, type, dueNs: null, event: pollStream(records.getUint32(at + 16, true), type) });
      } else return null;
    }
    return read;
  }

  /** The clock's number at 16, the time at 24, flags at 40. Clocks that only computing moves cannot be waited for. */
  function awaitClock(records: DataView, at: number, nowNs: bigint): Pick<Subscription, "dueNs" | "event"> {
    const clockId = records.getUint32(at + 16, true);
    const time = records.getBigUint64(at + 24, true);
    const absolute = (records.getUint16(at + 40, true) & ABSOLUTE_TIME) !== 0;
    if (clockId !== CLOCK_ID.realtime && clockId !== CLOCK_ID.monotonic) {
      return { dueNs: null, event: fails(ERRNO.inval) };
    }
    if (!absolute) return { dueNs: nowNs + time, event: HAPPENS };
    return { dueNs: clockId === CLOCK_ID.realtime ? clock.toMonotonicNs(time) : time, event: HAPPENS };
  }

  function pollStream(descriptor: number, type: EventType): Event {
    const stream = descriptors.get(descriptor);
    if (stream === undefined) return fails(ERRNO.badf);
    if ((type === EVENT_TYPE.fdRead) !== (stream === "stdin")) return fails(ERRNO.notcapable);
    if (type === EVENT_TYPE.fdWrite) return { ...HAPPENS, bytes: WRITABLE_BYTES };
    const { byteLength } = input.remaining();
    return { error: ERRNO.success, bytes: byteLength, hangup: byteLength === 0 };
  }
}

/** Now, if anything has happened already. */
function firstDueNs(subscriptions: readonly Subscription[], nowNs: bigint): bigint {
  let first: bigint | null = null;
  for (const { dueNs } of subscriptions) {
    if (dueNs === null || dueNs <= nowNs) return nowNs;
    if (first === null || dueNs < first) first = dueNs;
  }
  return first ?? nowNs;
}

/** `event`: userdata at 0, error at 8, type at 10, bytes at 16, flags at 24. */
function encodeEvents(happened: readonly Subscription[]): Uint8Array {
  const bytes = new Uint8Array(happened.length * EVENT_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [index, { userdata, type, event }] of happened.entries()) {
    const at = index * EVENT_BYTES;
    view.setBigUint64(at, userdata, true);
    view.setUint16(at + 8, event.error, true);
    view.setUint8(at + 10, type);
    view.setBigUint64(at + 16, BigInt(event.bytes), true);
    view.setUint16(at + 24, event.hangup ? HANGUP : 0, true);
  }
  return bytes;
}
