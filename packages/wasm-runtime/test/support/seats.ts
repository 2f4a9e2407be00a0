import type { GuestMessage, GuestRequest } from "../../src/protocol.ts";
import type { Seat, SeatListener, SeatLoss } from "../../src/shard.ts";

/** A seat on no thread: `react` is told what it is sent, and how to make its listener hear something. */
export interface ScriptedSeat extends Seat {
  readonly sent: GuestRequest[];
  readonly heard: SeatListener | null;
  /** Whether it was given back. */
  readonly left: boolean;
  report(message: GuestMessage): void;
  lose(loss: SeatLoss): void;
}

export function scriptedSeat(react: (seat: ScriptedSeat, request: GuestRequest) => void): ScriptedSeat {
  let listener: SeatListener | null = null;
  let left = false;
  const seat: ScriptedSeat = {
    sent: [],
    get heard() {
      return listener;
    },
    get left() {
      return left;
    },
    report: (message) => listener?.report(message),
    lose: (loss) => listener?.lost(loss),
    listen(next) {
      listener = next;
    },
    send(request) {
      seat.sent.push(request);
      react(seat, request);
    },
    setBusy() {},
    async leave() {
      left = true;
    },
    async endThread() {},
  };
  return seat;
}
