import { realpath } from "node:fs/promises";
import { describe, expect, it, test } from "vitest";
import { ProgramRefusal } from "../../src/host/program-fault.ts";
import { followTrusted } from "../../src/host/trusted-path.ts";

test("looks at every directory, link and file on the way, the root first", async () => {
  const seen: string[] = [];
  const writerOf = (path: string) => {
    seen.push(path);
    return null;
  };
  expect(await followTrusted("/bin/sh", writerOf)).toBe(await realpath("/bin/sh"));
  expect(seen[0]).toBe("/");
  expect(seen).toEqual(expect.arrayContaining(["/bin", await realpath("/bin"), await realpath("/bin/sh")]));
});

describe("refuses the path when anybody could change", () => {
  it.each(["/", "/bin", "/usr", "/usr/bin"])("%s", async (writable) => {
    const writerOf = (path: string) => (path === writable ? ("everyone" as const) : null);
    const refusal = await followTrusted("/bin/sh", writerOf).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ProgramRefusal);
    expect(refusal).toMatchObject({ fault: { kind: "writable", path: writable } });
  });
});
