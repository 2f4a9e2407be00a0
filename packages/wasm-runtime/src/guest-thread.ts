import { parentPort, workerData } from "node:worker_threads";
import { createChannel } from "./guest/channel.ts";
import { type Guest, instantiateGuest } from "./guest/guest.ts";
import { prepareModule } from "./guest/prepare-module.ts";
import type { GuestEnding, ThreadData, ThreadRequest } from "./protocol.ts";

// The entry point of a guest's thread. Nothing but plain data comes in or goes out.

if (parentPort === null) throw new Error("this file is the entry point of a worker thread");
const port = parentPort;
const data: ThreadData = workerData;
const channel = createChannel(port, data);
let guest: Guest | null = null;

async function call(request: Extract<ThreadRequest, { type: "call" }>): Promise<GuestEnding> {
  if (request.setup !== null) {
    const instantiated = instantiateGuest(request.setup, channel);
    if ("ending" in instantiated) return instantiated.ending;
    guest = instantiated.guest;
  }
  if (guest === null) return { kind: "thread-failed", detail: "a call without a guest" };
  return guest.call(request.call);
}

async function handle(request: ThreadRequest): Promise<void> {
  switch (request.type) {
    case "compile": {
      const result = prepareModule(request.bytes, request.limits, request.build);
      channel.report({ type: "compiled", result });
      return;
    }
    case "call": {
      const ending = await call(request);
      const transfer = ending.kind === "bytes" ? [ending.bytes.buffer as ArrayBuffer] : [];
      const fuelUsed = guest?.fuelUsed() ?? 0;
      channel.report({ type: "ended", ending, usable: true, fuelUsed }, transfer);
      return;
    }
    case "answer":
      channel.settle(request.answer);
      return;
    case "release":
      guest = null;
      return;
  }
}

port.on("message", handle);
channel.report({ type: "ready" });
