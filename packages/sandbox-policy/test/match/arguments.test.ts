import { describe, expect, it, test } from "vitest";
import { decide } from "../../src/index.ts";
import { allowed, codesFor, prepared, request, rule } from "../support.ts";

describe("arguments are literal", () => {
  it.each([
    { name: "shell operators", args: ["ok", "&&", "touch", "/tmp/x"] },
    { name: "one string that looks like a shell line", args: ["echo ok && touch /tmp/x"] },
    { name: "substitutions", args: ["$(id)", "`id`", "$IFS", "(rm)"] },
    { name: "newlines, carriage returns and escapes", args: ["a\nb", "a\rb", "\u001b[2J"] },
    { name: "bidirectional and invisible characters", args: ["\u202e", "\u200b", "\u00a0"] },
    { name: "nothing at all", args: [""] },
  ])("passes $name on as it is", ({ args }) => {
    expect(allowed(decide(prepared(), request({ args }))).args).toEqual(args);
  });
});

describe("denies arguments", () => {
  it.each([
    { name: "with a NUL, which would end them early", args: ["a\0b"], code: "ARGUMENT_MALFORMED" },
    { name: "with a lone surrogate, which has no UTF-8", args: ["\udfff"], code: "ARGUMENT_MALFORMED" },
    { name: "of which there are 10 000", args: Array<string>(10_000).fill("x"), code: "ARGUMENTS_TOO_MANY" },
    { name: "of which one has 10 MB", args: ["x".repeat(10_000_000)], code: "ARGUMENTS_TOO_LARGE" },
    {
      name: "whose UTF-8 is too large although their characters are few",
      args: ["€".repeat(44_000)],
      code: "ARGUMENTS_TOO_LARGE",
    },
  ])("$name", ({ args, code }) => expect(codesFor({ args })).toEqual([code]));

  test("longer than Linux passes, even where the policy would let it", () => {
    const policy = { limits: { ...prepared().policy.limits, maxArgumentBytes: 1_000_000 } };
    expect(codesFor({ args: ["x".repeat(131_071)] }, policy)).toEqual(["allow"]);
    expect(codesFor({ args: ["x".repeat(131_072)] }, policy)).toEqual(["ARGUMENT_TOO_LONG"]);
  });

  test("and names every one that is wrong", () => {
    const decision = decide(prepared(), request({ args: ["\0", "fine", "\ud800"] }));
    expect(decision).toMatchObject({
      reasons: [
        { index: 0, problem: "nul" },
        { index: 2, problem: "not-unicode" },
      ],
    });
  });
});

test("counts the end of each argument, as the kernel does", () => {
  const limits = { ...prepared().policy.limits, maxArgumentBytes: 6 };
  expect(codesFor({ args: ["ab", "cd"] }, { limits })).toEqual(["allow"]);
  expect(codesFor({ args: ["ab", "cde"] }, { limits })).toEqual(["ARGUMENTS_TOO_LARGE"]);
});

test("a rule may lower the number of arguments of its program", () => {
  const policy = prepared({}, [rule("cat", { limits: { maxArguments: 1 } })]);
  expect(decide(policy, request({ args: ["a"] })).outcome).toBe("allow");
  expect(decide(policy, request({ args: ["a", "b"] }))).toMatchObject({
    reasons: [{ code: "ARGUMENTS_TOO_MANY", count: 2, maximum: 1 }],
  });
});
