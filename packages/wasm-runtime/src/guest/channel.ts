import type { MessagePort } from "node:worker_threads";
import { createOutbox } from "../outbox.ts";
import type { GuestPhase } from "../outcome.ts";
import { CONTROL, type GuestMessage, PHASES, type ThreadReport } from "../protocol.ts";
import { PAGE_BYTES, type WasmMemory } from "../webassembly.ts";

/** What a guest is doing. */
export interface Activity {
  readonly phase: GuestPhase;
  readonly memory: WasmMemory | null;
}

/** The guests' thread's end of the protocol. */
export interface Channel {
  ready(): void;
  /** Reports what a guest did. */
  report(guest: number, report: GuestMessage, transfer?: readonly ArrayBuffer[]): void;
  /** Notes whose turn it is, for the calling thread to read should it never hear of this thread again. */
  running(guest: number, activity: Activity): void;
  /** Notes that it is nobody's turn. */
  idle(): void;
}

export function createChannel(port: MessagePort, control: Int32Array<SharedArrayBuffer>): Channel {
  const outbox = createOutbox<ThreadReport>((reports, transfer) => port.postMessage(reports, transfer));

  return {
    ready: () => outbox.add({ type: "ready" }),
    report: (guest, report, transfer) => outbox.add({ type: "guest", guest, report }, transfer),
    running(guest, { phase, memory }) {
      Atomics.store(control, CONTROL.phase, PHASES.indexOf(phase));
      Atomics.store(control, CONTROL.memoryPages, (memory?.buffer.byteLength ?? 0) / PAGE_BYTES);
      Atomics.store(control, CONTROL.running, guest);
      Atomics.add(control, CONTROL.heartbeat, 1);
    },
    idle() {
      Atomics.store(control, CONTROL.running, 0);
    },
  };
}
