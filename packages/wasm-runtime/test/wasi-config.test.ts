import { describe, expect, it } from "vitest";
import { DEFAULT_WASI_CONFIG, WASI_CONFIG_CHECKS, type WasiConfig } from "../src/wasi-config.ts";

const MIB = 2 ** 20;

it("has a check for every field, which the default passes", () => {
  expect(Object.keys(WASI_CONFIG_CHECKS).sort()).toEqual(Object.keys(DEFAULT_WASI_CONFIG).sort());
  for (const [field, check] of Object.entries(WASI_CONFIG_CHECKS)) {
    expect(check.accepts(DEFAULT_WASI_CONFIG[field as keyof WasiConfig])).toBe(true);
  }
});

it("can be posted to another thread", () => {
  expect(structuredClone(DEFAULT_WASI_CONFIG)).toEqual(DEFAULT_WASI_CONFIG);
});

describe.each<{ field: keyof WasiConfig; accepted: unknown[]; refused: unknown[] }>([
  {
    field: "args",
    accepted: [[""], ["a", "größe"], ["x".repeat(MIB - 5)]],
    refused: [undefined, "text", [1], ["a\0b"], ["x".repeat(MIB - 4)], ["ö".repeat(MIB / 2)]],
  },
  {
    field: "environment",
    accepted: [{ A: "" }, { A: "b=c", B: "" }, { A: "x".repeat(MIB - 7) }],
    refused: [
      null,
      [],
      "text",
      { A: 1 },
      { A: "\0" },
      { "": "a" },
      { "A=": "b" },
      { "A\0": "b" },
      { A: "x".repeat(MIB - 6) },
    ],
  },
  {
    field: "stdin",
    accepted: [new Uint8Array(3), Buffer.from("a")],
    refused: [null, "a", [1], new ArrayBuffer(1)],
  },
  {
    field: "randomSeed",
    accepted: [0n, 2n ** 64n - 1n],
    refused: [0, -1n, 2n ** 64n, "1"],
  },
  {
    field: "startTimestampMs",
    accepted: [0, 1_700_000_000_000, 18_446_744_073_709],
    refused: [-1, 0.5, 18_446_744_073_710, Number.NaN, 0n, "0"],
  },
  { field: "maxOutputBytes", accepted: [0, 64 * MIB], refused: [-1, 1.5, 64 * MIB + 1, Infinity, null] },
])("$field", ({ field, accepted, refused }) => {
  const { accepts } = WASI_CONFIG_CHECKS[field];

  it("accepts what a guest can be given", () => {
    expect(accepted.filter((value) => !accepts(value))).toEqual([]);
  });

  it("refuses everything else", () => {
    expect(refused.filter(accepts)).toEqual([]);
  });
});
