import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { type ApprovedPlan, decide, isApprovedPlan } from "../src/index.ts";
import { approve, type PlanFacts } from "../src/plan.ts";
import { allowed, pinned, prepared, request } from "./support.ts";

const plan = allowed(decide(prepared(), request({ args: ["a"] })));

test("a plan that decide made is approved", () => expect(isApprovedPlan(plan)).toBe(true));

describe("is not approved:", () => {
  it.each([
    { name: "a copy of the fields", fake: { ...plan } },
    { name: "a JSON clone", fake: JSON.parse(JSON.stringify(plan)) },
    { name: "a structured clone", fake: structuredClone({ ...plan }) },
    { name: "a proxy of a plan", fake: new Proxy(plan, {}) },
    { name: "an object that inherits from a plan", fake: Object.create(plan) },
    { name: "an object with the prototype of a plan", fake: Object.create(Object.getPrototypeOf(plan)) },
    {
      name: "fields under the prototype of a plan",
      fake: Object.setPrototypeOf({ ...plan }, Object.getPrototypeOf(plan)),
    },
    { name: "a request", fake: request() },
    { name: "null", fake: null },
    { name: "a function", fake: () => plan },
  ])("$name", ({ fake }) => expect(isApprovedPlan(fake)).toBe(false));
});

test("the constructor of a plan makes no plan for anybody else", () => {
  const Plan = plan.constructor as new (...facts: unknown[]) => unknown;
  expect(() => new Plan({ ...plan })).toThrow(TypeError);
  expect(() => new Plan(Symbol("assay.sandbox-policy.approve"), { ...plan })).toThrow(TypeError);
  expect(() => Reflect.construct(Plan, [undefined, { ...plan }], Object)).toThrow(TypeError);
});

test("only a plan has the type of a plan", () => {
  function run(_plan: ApprovedPlan): void {}
  run(plan);
  // @ts-expect-error a request is not a plan
  run(request());
  // @ts-expect-error a copy of all fields is not a plan
  run({ ...plan });
});

test("a plan is frozen in depth", () => {
  const seen: unknown[] = [];
  (function visit(value: unknown): void {
    if (typeof value !== "object" || value === null) return;
    expect(Object.isFrozen(value)).toBe(true);
    seen.push(value);
    for (const member of Object.values(value)) visit(member);
  })(plan);
  expect(seen.length).toBeGreaterThan(6);
  expect(Object.isFrozen(Object.getPrototypeOf(plan))).toBe(true);
});

test("a plan does not change when the request that it came from does", () => {
  const args = ["a"];
  const env: [string, string][] = [["MODE", "x"]];
  const own = allowed(decide(prepared({ environmentWhitelist: ["MODE"] }), request({ args, env })));
  args.push("b");
  env[0] = ["MODE", "y"];
  expect(own.args).toEqual(["a"]);
  expect(own.env).toContainEqual(["MODE", "x"]);
});

describe("the hash of a plan", () => {
  const facts: PlanFacts = {
    program: pinned("cat", { interpreter: pinned("sh") }),
    args: ["a", "b"],
    env: [["HOME", "/work"]],
    workingDirectory: "/work",
    network: false,
    onOutputLimit: "discard",
    limits: {
      timeoutMs: 1,
      maxOutputBytes: 2,
      cpuTimeMs: 3,
      maxProcesses: 4,
      maxOpenFiles: 5,
      maxFileSizeBytes: 6,
      maxStdinBytes: 7,
    },
    policySha256: "0".repeat(64),
  };

  test("is stable", () => {
    expect(approve(facts).sha256).toMatchInlineSnapshot(
      `"a12c54e01485f32d187f433d2fb1007faf76fffb9494d52a3af799ad98de1de7"`,
    );
  });

  test("changes with every single value of the plan", () => {
    const hashes = new Set([approve(facts).sha256]);
    const paths = leafPaths(facts, []);
    for (const path of paths) hashes.add(approve(changedAt(facts, path) as PlanFacts).sha256);
    expect(paths.length).toBeGreaterThan(25);
    expect(hashes.size).toBe(paths.length + 1);
  });

  test("changes with where one argument ends and the next begins", () => {
    const texts = fc.array(fc.string({ maxLength: 3 }), { maxLength: 4 });
    fc.assert(
      fc.property(texts, texts, (one, two) => {
        const same = approve({ ...facts, args: one }).sha256 === approve({ ...facts, args: two }).sha256;
        expect(same).toBe(JSON.stringify(one) === JSON.stringify(two));
      }),
    );
  });

  test("does not depend on the order of keys", () => {
    const reversed = Object.fromEntries(Object.entries(facts).reverse()) as unknown as PlanFacts;
    const limits = Object.fromEntries(
      Object.entries(facts.limits).reverse(),
    ) as unknown as PlanFacts["limits"];
    expect(approve({ ...reversed, limits }).sha256).toBe(approve(facts).sha256);
  });

  test("is not changed by fields that are not part of a plan", () => {
    expect(approve({ ...facts, extra: 1 } as PlanFacts).sha256).toBe(approve(facts).sha256);
  });
});

type Path = readonly string[];

function leafPaths(value: unknown, path: Path): readonly Path[] {
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([key, member]) => leafPaths(member, [...path, key]));
}

function changedAt(value: unknown, [key, ...rest]: Path): unknown {
  if (key === undefined)
    return typeof value === "number" ? value + 1 : typeof value === "boolean" ? !value : `${value}x`;
  const copy = structuredClone(value) as Record<string, unknown>;
  copy[key] = changedAt(copy[key], rest);
  return copy;
}
