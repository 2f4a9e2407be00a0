import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as api from "../src/index.ts";

const README = readFileSync(new URL("../README.md", import.meta.url), "utf8");

test("the README's policy file is a policy", () => {
  const [, text = ""] = /```json\n(.*?)```/s.exec(README) ?? [];
  expect(api.parsePolicyText(text)).toMatchObject({ outcome: "ok", policy: { maxExecutionTimeMs: 10_000 } });
});

test("the README's table has every field of a policy", () => {
  const rows = [...README.matchAll(/^\| `(\w+)` +\|/gm)].map(([, name]) => name);
  const fields = Object.keys(api.defaultPolicy()).filter((name) => name !== "version");
  expect(rows).toEqual(expect.arrayContaining(fields));
});

test("the README's table has every export", () => {
  const exports = README.slice(README.indexOf("## Exports"));
  for (const name of Object.keys(api)) expect(exports).toContain(`\`${name}`);
});
