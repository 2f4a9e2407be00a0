import { parentPort, workerData } from "node:worker_threads";
import { examineBytes } from "./examine-bytes.ts";

// The entry point of a thread that examines one module, and ends.

if (parentPort === null) throw new Error("this file is the entry point of a worker thread");
parentPort.postMessage(examineBytes(workerData));
