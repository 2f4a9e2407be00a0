import type { ThreadFailure } from "./bare-worker.ts";
import { WasmRuntimeError } from "./errors.ts";
import type { GuestPhase } from "./outcome.ts";
import type { GuestMessage, GuestRequest, ThreadReport } from "./protocol.ts";
import type { GuestThread, ThreadProgress } from "./thread.ts";

/** Why a guest lost its thread. */
export type SeatLoss =
  /** It was this guest's turn, and it kept the thread from everything else, or used up its heap. */
  | {
      readonly kind: "to-blame";
      readonly what: "unresponsive" | "out-of-memory";
      readonly phase: GuestPhase;
      readonly memoryBytes: number;
    }
  /** Another guest's doing, or nobody's that we know. */
  | { readonly kind: "innocent" }
  | { readonly kind: "failed"; readonly error: WasmRuntimeError }
  | { readonly kind: "closed" };

/** Who hears what becomes of a guest. */
export interface SeatListener {
  report(report: GuestMessage): void;
  /** The guest is gone with its thread; nothing more will come of it. */
  lost(loss: SeatLoss): void;
}

/** A guest's place on a thread. */
export interface Seat {
  /** One listener at a time. It hears of a loss that came before it, too. */
  listen(listener: SeatListener | null): void;
  send(request: GuestRequest): void;
  /** Whether the guest is in a call: for that long the process stays alive, and the thread is watched. */
  setBusy(busy: boolean): void;
  /** Gives the place back; the thread forgets the guest. */
  leave(): Promise<void>;
  /** Ends the thread with whatever is on it. Before `leave`. */
  endThread(): Promise<void>;
}

/** One thread, and the guests that share it. */
export interface Shard {
  readonly guests: number;
  /** The sizes of its guests' modules, together. */
  readonly moduleBytes: number;
  readonly ready: boolean;
  /** Whether a guest is in a call. */
  readonly busy: boolean;
  /** Rejects when the thread could not be started. */
  readonly started: Promise<void>;
  progress(): ThreadProgress | null;
  /** @param left - called when the seat was given back. */
  take(moduleBytes: number, left: () => Promise<void>): Seat;
  /** Ends the thread, and tells its guests: the one whose turn it was, in `progress`, that it is to blame, the others that they are not. */
  blame(progress: ThreadProgress): Promise<void>;
  /** Ends the thread, as `GuestThread.terminate` does; its guests hear that it was closed. */
  close(): Promise<void>;
}

export interface ShardOptions {
  readonly start: () => Promise<GuestThread>;
  /** Nobody can be given a seat here any more; `ended` settles as `GuestThread.terminate` does. */
  readonly ending: (ended: Promise<void>) => void;
  /** Whether any guest is in a call, whenever that changes. */
  readonly busyChanged: (busy: boolean) => void;
}

interface TakenSeat {
  listener: SeatListener | null;
  loss: SeatLoss | null;
  busy: boolean;
}

export function createShard({ start, ending, busyChanged }: ShardOptions): Shard {
  const seats = new Map<number, TakenSeat>();
  let thread: GuestThread | null = null;
  let lastNumber = 0;
  let busySeats = 0;
  let totalModuleBytes = 0;
  let ended: Promise<void> | null = null;

  const starting = start();
  const started = starting.then((startedThread) => {
    if (ended !== null) return;
    thread = startedThread;
    thread.listen({ report, failed });
    thread.setBusy(busySeats > 0);
  });
  started.catch(() => void end(Promise.resolve()));

  function report(message: ThreadReport): void {
    if (message.type === "guest") seats.get(message.guest)?.listener?.report(message.report);
  }

  function failed(failure: ThreadFailure): void {
    const progress = thread?.progress() ?? null;
    void end(Promise.resolve());
    tellAll((number) => {
      const alone = seats.size === 1;
      const itsTurn = alone || progress?.running === number;
      if (!itsTurn) return { kind: "innocent" };
      if (failure.kind === "failed") return failure;
      return toBlame("out-of-memory", progress);
    });
  }

  function end(terminated: Promise<void>): Promise<void> {
    if (ended !== null) return ended;
    ended = terminated;
    ending(ended);
    return ended;
  }

  function terminate(): Promise<void> {
    return ended ?? end(thread === null ? terminateOnceStarted() : thread.terminate());
  }

  async function terminateOnceStarted(): Promise<void> {
    const startedThread = await starting.catch(() => null);
    await startedThread?.terminate();
  }

  function tellAll(lossOf: (number: number) => SeatLoss): void {
    for (const [number, seat] of [...seats]) tell(seat, lossOf(number));
  }

  function tell(seat: TakenSeat, loss: SeatLoss): void {
    if (seat.loss !== null) return;
    seat.loss = loss;
    seat.listener?.lost(loss);
  }

  function setBusy(seat: TakenSeat, busy: boolean): void {
    if (seat.busy === busy) return;
    seat.busy = busy;
    busySeats += busy ? 1 : -1;
    if (busySeats !== (busy ? 1 : 0)) return;
    thread?.setBusy(busy);
    busyChanged(busy);
  }

  async function close(): Promise<void> {
    const error = await failureOf(terminate());
    tellAll(() => (error === null ? { kind: "closed" } : { kind: "failed", error }));
    if (error !== null) throw error;
  }

  return {
    get guests() {
      return seats.size;
    },
    get moduleBytes() {
      return totalModuleBytes;
    },
    get ready() {
      return thread !== null;
    },
    get busy() {
      return busySeats > 0;
    },
    started,
    progress: () => thread?.progress() ?? null,
    take(moduleBytes, left) {
      lastNumber += 1;
      const number = lastNumber;
      const seat: TakenSeat = { listener: null, loss: null, busy: false };
      seats.set(number, seat);
      totalModuleBytes += moduleBytes;
      return {
        listen(listener) {
          seat.listener = listener;
          if (seat.loss !== null) listener?.lost(seat.loss);
        },
        send(request) {
          if (seat.loss === null) thread?.send({ guest: number, request });
        },
        setBusy: (busy) => setBusy(seat, busy),
        async leave() {
          if (!seats.delete(number)) return;
          totalModuleBytes -= moduleBytes;
          setBusy(seat, false);
          if (ended === null) thread?.send({ guest: number, request: { type: "release" } });
          await left();
        },
        endThread: () => close(),
      };
    },
    async blame(progress) {
      const guilty = seats.get(progress.running);
      const terminated = terminate();
      for (const seat of [...seats.values()]) if (seat !== guilty) tell(seat, { kind: "innocent" });
      // Nothing may be said of a guest that might still run.
      const error = await failureOf(terminated);
      if (guilty === undefined) return;
      tell(guilty, error === null ? toBlame("unresponsive", progress) : { kind: "failed", error });
    },
    close,
  };
}

function toBlame(what: "unresponsive" | "out-of-memory", progress: ThreadProgress | null): SeatLoss {
  const { phase, memoryBytes } = progress ?? { phase: "call", memoryBytes: 0 };
  return { kind: "to-blame", what, phase, memoryBytes };
}

async function failureOf(ending: Promise<void>): Promise<WasmRuntimeError | null> {
  try {
    await ending;
    return null;
  } catch (error) {
    if (error instanceof WasmRuntimeError) return error;
    throw error;
  }
}
