import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { CONTROL, type HostAnswer } from "../protocol.ts";

/**
 * Blocks this thread until the answer to a `sync` call is there.
 *
 * No wake-up is lost: the count is read *before* looking at the port, and the calling thread posts before it adds to the
 * count. So an answer that arrives between look and wait has changed the count, and the wait returns at once.
 */
export function waitForSyncAnswer(
  control: Int32Array<SharedArrayBuffer>,
  port: MessagePort,
  callId: number,
): HostAnswer {
  for (;;) {
    const posted = Atomics.load(control, CONTROL.syncAnswers);
    const received: { readonly message: HostAnswer } | undefined = receiveMessageOnPort(port);
    if (received === undefined) Atomics.wait(control, CONTROL.syncAnswers, posted);
    else if (received.message.callId === callId) return received.message;
  }
}
