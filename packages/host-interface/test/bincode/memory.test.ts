import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import {
  type AnySchema,
  type BincodeFailure,
  bincode,
  DEFAULT_MAX_MESSAGE_BYTES,
  decode,
  LONGEST_MESSAGE_BYTES,
} from "../../src/index.ts";
import { bincodeFailureOf } from "../support/failure.ts";

const ITEMS = 4 * 1024 * 1024;

describe("a list of 4 Mi items in a thread with 32 MiB of heap", () => {
  it("ends the thread when all its items are kept", async () => {
    expect(await decodeInSmallHeap(BigInt(ITEMS))).toBe("ERR_WORKER_OUT_OF_MEMORY");
  });

  it.each([
    { name: "one item too many", claimed: BigInt(ITEMS) + 1n },
    { name: "2^63 items", claimed: 2n ** 63n },
  ])("keeps no item when it promises $name", async ({ claimed }) => {
    expect(await decodeInSmallHeap(claimed)).toBe("io error: unexpected end of file");
  });
});

describe("a length beyond the message", () => {
  const MIB = 1024 * 1024;

  it.each<{ name: string; schema: AnySchema; length: bigint; reading: "value" | "text" }>([
    { name: "bytes of 2^63", schema: bincode.bytes, length: 2n ** 63n, reading: "value" },
    { name: "bytes of 100 MiB", schema: bincode.bytes, length: 100n << 20n, reading: "value" },
    { name: "text of 2^63", schema: bincode.string, length: 2n ** 63n, reading: "text" },
    { name: "text of 100 MiB", schema: bincode.string, length: 100n << 20n, reading: "text" },
  ])("fails before anything is allocated: $name", ({ schema, length, reading }) => {
    const bytes = lengthThenBytes(length, 64);
    let failure: BincodeFailure | "no failure" = "no failure";
    const allocated = allocatedBytes(() => {
      failure = bincodeFailureOf(() => decode(schema, bytes));
    });
    expect(failure).toEqual({ code: "UNEXPECTED_END", offset: 8, reading });
    expect(allocated).toBeLessThan(MIB);
  });

  it("is told apart by this measure from one whose bytes are there", () => {
    const bytes = lengthThenBytes(BigInt(8 * MIB), 8 * MIB);
    expect(allocatedBytes(() => decode(bincode.bytes, bytes))).toBeGreaterThan(MIB);
  });
});

describe("maxMessageBytes", () => {
  const message = new Uint8Array(100);

  it("lets a message of exactly its size through", () => {
    expect(decode(bincode.u8, message, { maxMessageBytes: 100 })).toBe(0);
  });

  it("refuses one byte more, although the rest would be ignored", () => {
    expect(bincodeFailureOf(() => decode(bincode.u8, message, { maxMessageBytes: 99 }))).toEqual({
      code: "SIZE_LIMIT",
      offset: 0,
      foundBytes: 100,
      maxBytes: 99,
    });
  });

  it("is 64 MiB when absent", () => {
    expect(DEFAULT_MAX_MESSAGE_BYTES).toBe(64 * 1024 * 1024);
    expect(bincodeFailureOf(() => decode(bincode.u8, new Uint8Array(DEFAULT_MAX_MESSAGE_BYTES)))).toBe(
      "no failure",
    );
    expect(
      bincodeFailureOf(() => decode(bincode.u8, new Uint8Array(DEFAULT_MAX_MESSAGE_BYTES + 1))),
    ).toMatchObject({
      code: "SIZE_LIMIT",
    });
  });

  it("cannot be raised beyond what fits into a string", () => {
    const tooLong = new Uint8Array(LONGEST_MESSAGE_BYTES + 1);
    expect(bincodeFailureOf(() => decode(bincode.u8, tooLong, { maxMessageBytes: Infinity }))).toMatchObject({
      code: "SIZE_LIMIT",
      maxBytes: LONGEST_MESSAGE_BYTES,
    });
  });

  it("refuses everything when it is not a number", () => {
    expect(
      bincodeFailureOf(() => decode(bincode.u8, message, { maxMessageBytes: Number.NaN })),
    ).toMatchObject({
      code: "SIZE_LIMIT",
    });
  });
});

/** What the thread said, or the code it died with. */
async function decodeInSmallHeap(claimedCount: bigint): Promise<string> {
  const worker = new Worker(new URL("../fixtures/decode-list.ts", import.meta.url), {
    workerData: { itemCount: ITEMS, claimedCount },
    resourceLimits: { maxOldGenerationSizeMb: 32 },
  });
  try {
    const [answer] = await once(worker, "message");
    return String(answer);
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  } finally {
    await worker.terminate();
  }
}

function lengthThenBytes(length: bigint, count: number): Uint8Array {
  const bytes = new Uint8Array(8 + count);
  new DataView(bytes.buffer).setBigUint64(0, length, true);
  return bytes;
}

function allocatedBytes(action: () => unknown): number {
  const before = process.memoryUsage().arrayBuffers;
  action();
  return process.memoryUsage().arrayBuffers - before;
}
