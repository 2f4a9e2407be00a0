import { buildGuest, returnScore } from "./guests.ts";
import { op } from "./wasm-builder.ts";

/** The guest that the README embeds: its score is what `demo::judge` answers for the input. */
export function buildReadmeGuest(): Uint8Array {
  return buildGuest({
    imports: [{ module: "demo", name: "judge", params: ["i32", "i32"], results: ["i64"] }],
    evaluate: returnScore(op.get(0), op.get(1), op.call("judge")),
  });
}
