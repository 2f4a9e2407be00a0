import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import * as api from "../src/index.ts";
import { buildReadmeGuest } from "./support/readme-guest.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

it("the README's guest is the one that the tests build", () => {
  const embedded = [...readme.matchAll(/"([A-Za-z0-9+/=]{20,})"/g)].map(([, part]) => part).join("");

  expect(embedded).toBe(Buffer.from(buildReadmeGuest()).toString("base64"));
});

it("the README names every export", () => {
  const table = readme.slice(readme.indexOf("## Exports"));

  expect(Object.keys(api).filter((name) => !table.includes(name))).toEqual([]);
});
