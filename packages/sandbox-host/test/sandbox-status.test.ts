import { expect, it } from "vitest";
import { call } from "./support/guest.ts";
import { createTestHost } from "./support/host.ts";
import { prepared } from "./support/policy.ts";

it.each([
  { name: "where commands are allowed", allowedCommands: ["cat"] },
  { name: "where none is, as the original answers also when its sandbox is off", allowedCommands: [] },
])("is 0 $name", async ({ allowedCommands }) => {
  const { host } = createTestHost(await prepared({ allowedCommands }));
  expect(await call(host, "sandbox_status", [])).toEqual({ value: 0 });
});

it("exists at head only", async () => {
  const { host } = createTestHost(await prepared());
  const status = host.functions.find(({ name }) => name === "sandbox_status");
  expect(status?.signature.levels).toEqual(["head"]);
});
