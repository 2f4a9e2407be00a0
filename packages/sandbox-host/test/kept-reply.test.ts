import { expect, it } from "vitest";
import { createKeptReply } from "../src/kept-reply.ts";

const request = Uint8Array.of(1, 2, 3);
const encoded = Uint8Array.of(9, 9);

it("finds what it keeps by the request's bytes, not by the object", () => {
  const kept = createKeptReply(2);
  expect(kept.keep("head", request, encoded)).toBe(true);
  expect(kept.find("head", Uint8Array.from(request))).toBe(encoded);
});

it.each([
  { name: "nothing was kept", asked: request, kept: null, abi: "head" },
  { name: "a byte differs", asked: Uint8Array.of(1, 2, 4), kept: request, abi: "head" },
  { name: "a byte is missing", asked: Uint8Array.of(1, 2), kept: request, abi: "head" },
  { name: "the level differs: the answer would not decode", asked: request, kept: request, abi: "pr33" },
] as const)("finds nothing when $name", ({ asked, kept: before, abi }) => {
  const kept = createKeptReply(2);
  if (before !== null) kept.keep("head", before, encoded);
  expect(kept.find(abi, asked)).toBeNull();
});

it("keeps one answer: the last", () => {
  const kept = createKeptReply(2);
  kept.keep("head", request, encoded);
  kept.keep("head", Uint8Array.of(4), encoded);
  expect(kept.find("head", request)).toBeNull();
});

it("keeps nothing above its bound, not even what it had", () => {
  const kept = createKeptReply(2);
  kept.keep("head", request, encoded);
  expect(kept.keep("head", request, Uint8Array.of(1, 2, 3))).toBe(false);
  expect(kept.find("head", request)).toBeNull();
});

it("forgets", () => {
  const kept = createKeptReply(2);
  kept.keep("head", request, encoded);
  kept.forget();
  expect(kept.find("head", request)).toBeNull();
});
