import type { MessagePort } from "node:worker_threads";
import type { HostArgument } from "@assay/host-interface";
import type { GuestPhase } from "../outcome.ts";
import {
  CONTROL,
  type GuestEnding,
  type HostAnswer,
  PHASES,
  type ThreadData,
  type ThreadReport,
} from "../protocol.ts";
import { PAGE_BYTES, type WasmMemory } from "../webassembly.ts";
import { waitForSyncAnswer } from "./sync-answers.ts";

/** The guest's thread's end of the protocol. */
export interface Channel {
  readonly phase: GuestPhase;
  /** Tells the calling thread what the guest does from now on, should it never hear of the guest again. */
  enter(phase: GuestPhase): void;
  /** Notes how large the guest's memory is. */
  sawMemory(memory: WasmMemory | null): void;
  report(report: ThreadReport, transfer?: readonly ArrayBuffer[]): void;
  /** Posts a host call and blocks until it is answered. */
  ask(functionIndex: number, args: readonly HostArgument[], fuelUsed: number): HostAnswer;
  /** Posts a host call; resolves with what is passed to `settle`. */
  askLater(functionIndex: number, args: readonly HostArgument[], fuelUsed: number): Promise<HostAnswer>;
  settle(answer: HostAnswer): void;
  /**
   * Reports an ending from the middle of the guest's code, and then blocks for ever, for the calling thread to end this
   * one. A thrown error would not do: guests can catch those and go on.
   */
  endThread(ending: GuestEnding): never;
}

export function createChannel(port: MessagePort, { control, syncAnswers }: ThreadData): Channel {
  let calls = 0;
  let waiting: { readonly callId: number; readonly resolve: (answer: HostAnswer) => void } | null = null;

  function report(message: ThreadReport, transfer: readonly ArrayBuffer[] = []): void {
    port.postMessage(message, [...transfer]);
  }

  function postCall(functionIndex: number, args: readonly HostArgument[], fuelUsed: number): number {
    calls += 1;
    const copies = args.flatMap((arg) =>
      typeof arg === "object" && "bytes" in arg ? [arg.bytes.buffer as ArrayBuffer] : [],
    );
    report({ type: "host-call", call: { callId: calls, functionIndex, arguments: args, fuelUsed } }, copies);
    return calls;
  }

  return {
    get phase() {
      return PHASES[Atomics.load(control, CONTROL.phase)] ?? "call";
    },
    enter(phase) {
      Atomics.store(control, CONTROL.phase, PHASES.indexOf(phase));
    },
    sawMemory(memory) {
      Atomics.store(control, CONTROL.memoryPages, (memory?.buffer.byteLength ?? 0) / PAGE_BYTES);
    },
    report,
    ask(functionIndex, args, fuelUsed) {
      return waitForSyncAnswer(control, syncAnswers, postCall(functionIndex, args, fuelUsed));
    },
    askLater(functionIndex, args, fuelUsed) {
      const { promise, resolve } = Promise.withResolvers<HostAnswer>();
      waiting = { callId: postCall(functionIndex, args, fuelUsed), resolve };
      return promise;
    },
    settle(answer) {
      if (waiting?.callId !== answer.callId) return;
      const { resolve } = waiting;
      waiting = null;
      resolve(answer);
    },
    endThread(ending) {
      report({ type: "ended", ending, usable: false, fuelUsed: null });
      for (;;) Atomics.wait(control, CONTROL.never, 0);
    },
  };
}
