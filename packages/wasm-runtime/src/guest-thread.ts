import { parentPort, workerData } from "node:worker_threads";
import { createChannel } from "./guest/channel.ts";
import { createTrapMaker } from "./guest/engine-trap.ts";
import { createGuest, type Guest } from "./guest/guest.ts";
import { createMemoryCollector } from "./guest/memory-collector.ts";
import { createMemoryPool } from "./guest/memory-pool.ts";
import { prepareModule } from "./guest/prepare-module.ts";
import { createRunQueue } from "./guest/run-queue.ts";
import { createMachineCodeCollector } from "./machine-code-collector.ts";
import type { GuestRequest, GuestSetup, ThreadData, ThreadRequest } from "./protocol.ts";

// The entry point of a guests' thread. Nothing but plain data comes in or goes out.

if (parentPort === null) throw new Error("this file is the entry point of a worker thread");
const { control, slice, maxLeftCodeBytes }: ThreadData = workerData;
const channel = createChannel(parentPort, control);
const queue = createRunQueue();
const createTrap = createTrapMaker();
const memories = createMemoryPool();
const collector = createMemoryCollector();
const codeCollector = createMachineCodeCollector(maxLeftCodeBytes);
const guests = new Map<number, Guest>();

function createAndKeep(number: number, setup: GuestSetup): Guest {
  const guest = createGuest({ number, setup, queue, channel, slice, memories, createTrap });
  guests.set(number, guest);
  return guest;
}

function release(number: number): void {
  const guest = guests.get(number);
  if (guest === undefined) return;
  const leftBytes = guest.release();
  guests.delete(number);
  collector.released(leftBytes);
  codeCollector.left(guest.code);
}

function handle(number: number, request: GuestRequest): void {
  switch (request.type) {
    case "compile": {
      const result = prepareModule(request.source);
      channel.report(number, { type: "compiled", result });
      if (result.ok && result.prepared.executable !== null)
        codeCollector.left(result.prepared.executable.code);
      return;
    }
    case "call": {
      const guest = request.setup === null ? guests.get(number) : createAndKeep(number, request.setup);
      guest?.call(request.call);
      return;
    }
    case "answer":
      guests.get(number)?.answer(request.answer);
      return;
    case "stop":
      guests.get(number)?.stop();
      return;
    case "release":
      release(number);
      return;
  }
}

parentPort.on("message", (requests: readonly ThreadRequest[]) => {
  for (const { guest, request } of requests) handle(guest, request);
});
channel.ready();
