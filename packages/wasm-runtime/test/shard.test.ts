import { describe, expect, it } from "vitest";
import { WasmRuntimeError } from "../src/errors.ts";
import type { GuestMessage } from "../src/protocol.ts";
import { createShard, type Seat, type SeatLoss, type ShardOptions } from "../src/shard.ts";
import type { GuestThread } from "../src/thread.ts";
import { immortalThread, scriptedThread } from "./support/threads.ts";

const STALLED = { heartbeat: 1, running: 1, phase: "allocate", memoryBytes: 131_072 } as const;
const COMPILED = { type: "compiled" } as GuestMessage;
const NOT_ENDED = { code: "THREAD_NOT_ENDED", graceMs: 10_000 };

function shardOn(thread: GuestThread | Promise<GuestThread>) {
  const ends: Promise<void>[] = [];
  const busy: boolean[] = [];
  const options: ShardOptions = {
    start: async () => thread,
    ending(ended) {
      ended.catch(() => {});
      ends.push(ended);
    },
    busyChanged: (changed) => busy.push(changed),
  };
  return { shard: createShard(options), ends, busy };
}

/** What becomes of a seat, as its listener hears it. */
function heardBy(seat: Seat) {
  const heard: { reports: GuestMessage[]; losses: SeatLoss[] } = { reports: [], losses: [] };
  seat.listen({ report: (report) => heard.reports.push(report), lost: (loss) => heard.losses.push(loss) });
  return heard;
}

const left = async () => {};

describe("a seat", () => {
  it("hears what is reported of its guest, and of no other", async () => {
    const thread = scriptedThread();
    const { shard } = shardOn(thread);
    await shard.started;
    const [first, second] = [heardBy(shard.take(1, left)), heardBy(shard.take(1, left))];
    thread.report({ type: "guest", guest: 2, report: COMPILED });
    thread.report({ type: "guest", guest: 3, report: COMPILED });

    expect(first.reports).toEqual([]);
    expect(second.reports).toEqual([COMPILED]);
  });

  it("hears of a loss that came before it listened, and once", async () => {
    const { shard } = shardOn(scriptedThread());
    await shard.started;
    const seat = shard.take(1, left);
    await shard.close();
    const heard = heardBy(seat);
    await shard.close();

    expect(heard.losses).toEqual([{ kind: "closed" }]);
  });

  it("is given back once, and the thread forgets its guest", async () => {
    const thread = scriptedThread();
    const { shard } = shardOn(thread);
    await shard.started;
    let gone = 0;
    const seat = shard.take(5, async () => {
      gone += 1;
    });
    expect([shard.guests, shard.moduleBytes]).toEqual([1, 5]);
    await Promise.all([seat.leave(), seat.leave()]);

    expect([shard.guests, shard.moduleBytes, gone]).toEqual([0, 0, 1]);
    expect(thread.sent).toEqual([{ guest: 1, request: { type: "release" } }]);
  });

  it("sends nothing any more once it is lost", async () => {
    const thread = scriptedThread();
    const { shard } = shardOn(thread);
    await shard.started;
    const seat = shard.take(1, left);
    await shard.close();
    seat.send({ type: "stop" });
    await seat.leave();

    expect(thread.sent).toEqual([]);
  });

  it("keeps its thread busy for as long as any of them is", async () => {
    const thread = scriptedThread();
    const { shard, busy } = shardOn(thread);
    await shard.started;
    const [one, other] = [shard.take(1, left), shard.take(1, left)];
    one.setBusy(true);
    other.setBusy(true);
    other.setBusy(true);
    one.setBusy(false);
    expect([thread.busy, shard.busy]).toEqual([true, true]);
    await other.leave();

    expect([thread.busy, shard.busy]).toEqual([false, false]);
    expect(busy).toEqual([true, false]);
  });
});

describe("a stalled thread", () => {
  it("is the doing of the guest whose turn it was seen to be, even if that ends in the meantime", async () => {
    const thread = scriptedThread();
    const { shard } = shardOn(thread);
    await shard.started;
    const [guilty, innocent] = [heardBy(shard.take(1, left)), heardBy(shard.take(1, left))];
    thread.does({ running: 2 });
    await shard.blame(STALLED);

    expect(guilty.losses).toEqual([
      { kind: "to-blame", what: "unresponsive", phase: "allocate", memoryBytes: 131_072 },
    ]);
    expect(innocent.losses).toEqual([{ kind: "innocent" }]);
    expect(thread.terminated).toBe(true);
  });

  it("says nothing of the guest to blame before it has ended; the others need not wait", async () => {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const { shard } = shardOn(scriptedThread(() => ended));
    await shard.started;
    const [guilty, innocent] = [heardBy(shard.take(1, left)), heardBy(shard.take(1, left))];
    const blamed = shard.blame(STALLED);

    expect([guilty.losses.length, innocent.losses.length]).toEqual([0, 1]);
    end();
    await blamed;
    expect(guilty.losses).toMatchObject([{ kind: "to-blame" }]);
  });

  it("that cannot be ended is our failure", async () => {
    const { shard } = shardOn(immortalThread());
    await shard.started;
    const guilty = heardBy(shard.take(1, left));
    await shard.blame(STALLED);

    expect(guilty.losses).toMatchObject([{ kind: "failed", error: { failure: NOT_ENDED } }]);
  });
});

describe("a thread that fails", () => {
  it.each<{ running: number; losses: string[] }>([
    { running: 1, losses: ["to-blame", "innocent"] },
    { running: 2, losses: ["innocent", "to-blame"] },
    { running: 0, losses: ["innocent", "innocent"] },
  ])("for want of heap is the doing of guest $running, whose turn it was", async ({ running, losses }) => {
    const thread = scriptedThread();
    const { shard, ends } = shardOn(thread);
    await shard.started;
    const seats = [heardBy(shard.take(1, left)), heardBy(shard.take(1, left))];
    thread.does({ running });
    thread.fail({ kind: "out-of-memory" });

    expect(seats.map((each) => each.losses.map(({ kind }) => kind))).toEqual(losses.map((kind) => [kind]));
    expect(ends).toHaveLength(1);
  });

  it("is the doing of a guest that is alone, whoever's turn it was", async () => {
    const thread = scriptedThread();
    const { shard } = shardOn(thread);
    await shard.started;
    const heard = heardBy(shard.take(1, left));
    thread.fail({ kind: "out-of-memory" });

    expect(heard.losses).toMatchObject([{ kind: "to-blame", what: "out-of-memory" }]);
  });

  it("for a reason that we do not know is our failure to the one whose turn it was", async () => {
    const thread = scriptedThread();
    const { shard } = shardOn(thread);
    await shard.started;
    const [first, second] = [heardBy(shard.take(1, left)), heardBy(shard.take(1, left))];
    const error = new WasmRuntimeError({ code: "THREAD_FAILED", detail: "gone" });
    thread.does({ running: 2 });
    thread.fail({ kind: "failed", error });

    expect(first.losses).toEqual([{ kind: "innocent" }]);
    expect(second.losses).toEqual([{ kind: "failed", error }]);
  });
});

describe("a thread that is closed", () => {
  it("tells its guests when it has ended, and not before", async () => {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const { shard } = shardOn(scriptedThread(() => ended));
    await shard.started;
    const heard = heardBy(shard.take(1, left));
    const closed = shard.close();
    expect(heard.losses).toEqual([]);
    end();
    await closed;

    expect(heard.losses).toEqual([{ kind: "closed" }]);
  });

  it("while it starts is ended as soon as it has", async () => {
    const { promise: starting, resolve: start } = Promise.withResolvers<GuestThread>();
    const { shard } = shardOn(starting);
    const heard = heardBy(shard.take(1, left));
    const closed = shard.close();
    const thread = scriptedThread();
    start(thread);
    await Promise.all([closed, shard.started]);

    expect(thread.terminated).toBe(true);
    expect(heard.losses).toEqual([{ kind: "closed" }]);
  });

  it.each(["ready", "starting"])("but does not end is a failure to all: while %s", async (state) => {
    const { promise: starting, resolve: start } = Promise.withResolvers<GuestThread>();
    const { shard, ends } = shardOn(starting);
    if (state === "ready") start(immortalThread());
    if (state === "ready") await shard.started;
    const heard = heardBy(shard.take(1, left));
    const closed = shard.close();
    start(immortalThread());

    await expect(closed).rejects.toMatchObject({ failure: NOT_ENDED });
    await expect(ends[0]).rejects.toMatchObject({ failure: NOT_ENDED });
    expect(heard.losses).toMatchObject([{ kind: "failed", error: { failure: NOT_ENDED } }]);
  });

  it("while it starts and cannot be started has ended", async () => {
    const { promise: starting, reject } = Promise.withResolvers<GuestThread>();
    const { shard, ends } = shardOn(starting);
    const closed = shard.close();
    reject(new WasmRuntimeError({ code: "THREAD_FAILED", detail: "none" }));

    await closed;
    await expect(shard.started).rejects.toMatchObject({ failure: { code: "THREAD_FAILED" } });
    expect(ends).toHaveLength(1);
  });
});
