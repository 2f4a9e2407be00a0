import { expect, test } from "vitest";
import { defaultPolicy, parsePolicy, policyJsonSchema } from "../src/index.ts";

test("the JSON Schema is stable", async () => {
  await expect(`${JSON.stringify(policyJsonSchema(), null, 2)}\n`).toMatchFileSnapshot("policy-schema.snap");
});

test("every field says what it is for", () => {
  const missing: string[] = [];
  (function visit(schema: unknown, place: string): void {
    if (typeof schema !== "object" || schema === null) return;
    const node = schema as Record<string, unknown>;
    for (const [key, member] of Object.entries(node["properties"] ?? {})) {
      if (!/^[A-Z].*\.$/.test((member as Record<string, string>)["description"] ?? ""))
        missing.push(`${place}.${key}`);
      visit(member, `${place}.${key}`);
    }
    for (const branch of [node["items"], ...((node["anyOf"] as unknown[]) ?? [])])
      visit(branch, `${place}[]`);
  })(policyJsonSchema(), "");
  expect(missing).toEqual([]);
});

test("no object of the schema takes fields that it does not name", () => {
  const objects: unknown[] = [];
  JSON.stringify(policyJsonSchema(), (_, node) => {
    if (node?.properties !== undefined) objects.push(node.additionalProperties);
    return node;
  });
  expect(objects).toEqual([false, false, false, false, false]);
});

test("a policy of nothing but the schema's own defaults is the default policy", () => {
  const { properties } = policyJsonSchema() as { properties: Record<string, { default: unknown }> };
  const defaults = Object.fromEntries(Object.entries(properties).map(([key, field]) => [key, field.default]));
  expect(parsePolicy(defaults)).toEqual({ outcome: "ok", policy: defaultPolicy() });
});
