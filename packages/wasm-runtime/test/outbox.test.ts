import { describe, expect, it } from "vitest";
import { createOutbox } from "../src/outbox.ts";

const eventLoop = () => new Promise((resolve) => setImmediate(resolve));

describe("an outbox", () => {
  it("posts what was added in one turn of the event loop together, in order, with what they transfer", async () => {
    const posted: { messages: readonly string[]; transfer: number[] }[] = [];
    const outbox = createOutbox<string>((messages, transfer) => {
      posted.push({ messages, transfer: transfer.map(({ byteLength }) => byteLength) });
    });
    outbox.add("a");
    outbox.add("b", [new ArrayBuffer(1), new ArrayBuffer(2)]);
    expect(posted).toEqual([]);
    await eventLoop();
    outbox.add("c", [new ArrayBuffer(3)]);
    await eventLoop();

    expect(posted).toEqual([
      { messages: ["a", "b"], transfer: [1, 2] },
      { messages: ["c"], transfer: [3] },
    ]);
  });

  it("posts what is added while it posts the next time", async () => {
    const posted: (readonly string[])[] = [];
    const outbox = createOutbox<string>((messages) => {
      posted.push(messages);
      if (posted.length === 1) outbox.add("next");
    });
    outbox.add("first");
    await eventLoop();
    await eventLoop();

    expect(posted).toEqual([["first"], ["next"]]);
  });
});
