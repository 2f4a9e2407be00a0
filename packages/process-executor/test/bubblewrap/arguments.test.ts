import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bubblewrapArguments } from "../../src/bubblewrap/arguments.ts";

const VIEW = {
  network: false,
  workDirectory: "/tmp/w",
  system: [{ directory: "/usr" }],
  files: [],
  shellPath: "/bin/sh",
} as const;

describe("bubblewrapArguments", () => {
  it("asks for every protection, always", () => {
    const given = bubblewrapArguments(VIEW);
    for (const option of [
      "--unshare-all",
      "--unshare-user",
      "--disable-userns",
      "--die-with-parent",
      "--new-session",
      "--as-pid-1",
      "--clearenv",
      "--seccomp",
    ]) {
      expect(given).toContain(option);
    }
    expect(given.join(" ")).toContain("--cap-drop ALL");
    expect(given.join(" ")).toContain("--remount-ro / ");
  });

  it("differs by one option when the network is shared", () => {
    const shared = bubblewrapArguments({ ...VIEW, network: true });
    expect(shared.filter((option) => option !== "--share-net")).toEqual(bubblewrapArguments(VIEW));
    expect(bubblewrapArguments(VIEW)).not.toContain("--share-net");
  });

  it("ends with the shell alone: nothing of a command is ever among them", () => {
    expect(bubblewrapArguments(VIEW).slice(-2)).toEqual(["--", "/bin/sh"]);
  });

  it("takes paths as values, never as options", () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }).map((name) => `/${name}`),
        (path) => {
          const given = bubblewrapArguments({
            ...VIEW,
            workDirectory: path,
            files: [{ source: path, destination: path }],
          });
          expect(given.filter((word) => word.startsWith("--") && word.includes(path))).toEqual([]);
        },
      ),
    );
  });
});
