import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCollector } from "../../src/run/collector.ts";

describe("createCollector", () => {
  it("keeps exactly the first bytes, however they are cut into chunks, and counts all", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), fc.nat({ max: 300 }), (chunks, limitBytes) => {
        const collector = createCollector(limitBytes);
        const kept = chunks.map((chunk) => collector.add(chunk));
        const all = Buffer.concat(chunks);
        const collected = collector.collected();
        expect(Buffer.from(collected.bytes).equals(all.subarray(0, limitBytes))).toBe(true);
        expect(Buffer.concat(kept).equals(collected.bytes)).toBe(true);
        expect(collected.seenBytes).toBe(all.byteLength);
        expect(collected.truncated).toBe(all.byteLength > limitBytes);
        expect(collector.overflowed).toBe(collected.truncated);
      }),
    );
  });

  it("does not change what it kept when the caller's chunk is used again", () => {
    const collector = createCollector(10);
    const chunk = Uint8Array.of(1, 2, 3);
    collector.add(chunk);
    chunk.fill(9);
    expect([...collector.collected().bytes]).toEqual([1, 2, 3]);
  });

  it("stays within its limit in memory when a million single bytes arrive", () => {
    const collector = createCollector(1000);
    const before = process.memoryUsage().arrayBuffers;
    for (let count = 0; count < 1_000_000; count += 1) collector.add(Uint8Array.of(count & 255));
    expect(collector.collected().seenBytes).toBe(1_000_000);
    expect(collector.collected().bytes.buffer.byteLength).toBe(1000);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
  });
});
