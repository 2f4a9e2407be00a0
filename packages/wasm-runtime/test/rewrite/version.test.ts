import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { capLimits } from "../../src/rewrite/cap-limits.ts";
import { rewriteModule } from "../../src/rewrite/rewrite.ts";
import { REWRITE_VERSION } from "../../src/rewrite/version.ts";
import { kernelFiles } from "../support/kernels.ts";

/** What the rewrite makes of every kernel, with and without canonical NaNs. */
function fingerprint(): string {
  const hash = createHash("sha256");
  for (const { kernel, bytes } of kernelFiles()) {
    const capped = capLimits(bytes, { maxMemoryBytes: 2 ** 24, maxTableElements: 100 });
    if (!capped.ok) throw new Error(`${kernel} is over its caps`);
    for (const canonicalizeNans of [false, true]) {
      const rewritten = rewriteModule(capped.bytes, { canonicalizeNans, importMemory: true });
      if (!rewritten.ok) throw new Error(`${kernel} is refused`);
      hash.update(rewritten.bytes);
    }
  }
  return hash.digest("hex").slice(0, 16);
}

it("what a store kept is used only by the rewrite that made it: other bytes are another version", () => {
  // When the second changes, so must the first: raise REWRITE_VERSION, and write both down here.
  expect([REWRITE_VERSION, fingerprint()]).toEqual([3, "e407dbea499d9c19"]);
});
