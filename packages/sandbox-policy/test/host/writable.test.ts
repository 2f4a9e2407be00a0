import { describe, expect, it } from "vitest";
import { untrustedWriter } from "../../src/host/writable.ts";

const RULES = { owners: new Set([0n, 1000n]), writableDirectories: ["/var/assay"] };

function writerOf(path: string, uid: number, mode: number, isLink = false): string | null {
  return untrustedWriter(RULES, path, { uid: BigInt(uid), mode: BigInt(mode), isSymbolicLink: () => isLink });
}

describe("a file or directory can be changed", () => {
  it.each([
    { name: "by nobody when it is root's", uid: 0, mode: 0o755, writer: null },
    { name: "by nobody when it is our own", uid: 1000, mode: 0o700, writer: null },
    { name: "by its owner when that is somebody else", uid: 1001, mode: 0o555, writer: "its owner" },
    { name: "by everyone when the mode says so", uid: 0, mode: 0o757, writer: "everyone" },
    { name: "by everyone when it is sticky, as /tmp is", uid: 0, mode: 0o1777, writer: "everyone" },
    {
      name: "by its group when the mode says so, even if that is root's",
      uid: 0,
      mode: 0o775,
      writer: "its group",
    },
  ])("$name", ({ uid, mode, writer }) => expect(writerOf("/usr/bin/x", uid, mode)).toBe(writer));

  it.each([
    {
      name: "by the sandbox in a directory that it can write to",
      path: "/var/assay/run/x",
      writer: "the sandbox",
    },
    { name: "by the sandbox when it is that directory", path: "/var/assay", writer: "the sandbox" },
    { name: "but not beside it", path: "/var/assay-bin/x", writer: null },
    { name: "and not above it", path: "/var", writer: null },
    { name: "and not where a name only begins with dots", path: "/var/..assay", writer: null },
  ])("$name", ({ path, writer }) => expect(writerOf(path, 0, 0o755)).toBe(writer));
});

describe("a symbolic link can be changed", () => {
  it.each([
    { name: "by nobody when it is root's, whatever its mode says", uid: 0, writer: null },
    { name: "by its owner when that is somebody else", uid: 1001, writer: "its owner" },
  ])("$name", ({ uid, writer }) => expect(writerOf("/usr/bin/x", uid, 0o777, true)).toBe(writer));
});
