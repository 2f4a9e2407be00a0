import { describe, expect, it } from "vitest";
import { PROTECTIONS } from "../../src/host-report.ts";
import { judge, readCanary, type Sightings } from "../../src/probe/findings.ts";

const GOOD_LINES = [
  "CapEff=0000000000000000",
  "CapBnd=0000000000000000",
  "NoNewPrivs=1",
  "Seccomp=2",
  "processes=2",
  "interface=lo",
  "descriptor=0",
  "descriptor=1",
  "descriptor=2",
  "variable=PATH=/usr/bin",
  "wrote=/work",
  "limit=Max cpu time 7 8 seconds",
  "limit=Max file size 51200 51200 bytes",
  "limit=Max core file size 0 0 bytes",
  "limit=Max processes 16 16 processes",
  "limit=Max open files 61 61 files",
];
const GOOD = {
  hostUid: 65_534,
  expectedVariables: ["PATH=/usr/bin"],
  expectedLimits: { maxOpenFiles: 61, maxFileSizeBytes: 51_200, cpuSeconds: 7 },
  maxProcesses: 16,
  forked: 14,
  survivors: 0,
};

function unavailable(lines: readonly string[], changes: Partial<Sightings> = {}): readonly string[] {
  const statuses = judge({ ...GOOD, inside: readCanary(lines.join("\n")), ...changes });
  expect(statuses.map(({ protection }) => protection)).toEqual(PROTECTIONS);
  return statuses.filter(({ status }) => status === "unavailable").map(({ protection }) => protection);
}

const without = (start: string) => GOOD_LINES.filter((line) => !line.startsWith(start));

describe("judge", () => {
  it("finds every protection active when all was seen to hold", () => {
    expect(unavailable(GOOD_LINES)).toEqual([]);
  });

  it.each([
    {
      seen: "a capability",
      lines: [...without("CapEff"), "CapEff=0000000000000001"],
      missing: ["no-capabilities"],
    },
    {
      seen: "a capability to gain",
      lines: [...without("CapBnd"), "CapBnd=000001ffffffffff"],
      missing: ["no-capabilities"],
    },
    {
      seen: "no no_new_privs",
      lines: [...without("NoNewPrivs"), "NoNewPrivs=0"],
      missing: ["no-new-privileges"],
    },
    { seen: "no filter", lines: [...without("Seccomp"), "Seccomp=0"], missing: ["seccomp"] },
    {
      seen: "the host's processes",
      lines: [...without("processes"), "processes=180"],
      missing: ["pid-namespace"],
    },
    { seen: "another interface", lines: [...GOOD_LINES, "interface=eth0"], missing: ["network-namespace"] },
    {
      seen: "an inherited descriptor",
      lines: [...GOOD_LINES, "descriptor=251"],
      missing: ["closed-descriptors"],
    },
    {
      seen: "a variable of the host",
      lines: [...GOOD_LINES, "variable=SECRET=1"],
      missing: ["clean-environment"],
    },
    { seen: "a write to /usr", lines: [...GOOD_LINES, "wrote=/usr"], missing: ["read-only-system"] },
    {
      seen: "a nested user namespace",
      lines: [...GOOD_LINES, "unshared=user"],
      missing: ["nested-namespaces-denied"],
    },
    {
      seen: "another limit",
      lines: [...without("limit=Max open"), "limit=Max open files 1024 1024 files"],
      missing: ["resource-limits"],
    },
  ])("misses exactly what fails when it sees $seen", ({ lines, missing }) => {
    expect(unavailable(lines)).toEqual(missing);
  });

  it.each([
    { seen: "commands as the host's root", changes: { hostUid: 0 }, missing: ["unprivileged-user"] },
    { seen: "all 64 forks succeed", changes: { forked: 64 }, missing: ["process-limit"] },
    { seen: "a survivor", changes: { survivors: 1 }, missing: ["descendants-ended"] },
    { seen: "no answer about survivors", changes: { survivors: Number.NaN }, missing: ["descendants-ended"] },
    { seen: "no answer about forks", changes: { forked: Number.NaN }, missing: ["process-limit"] },
  ])("misses exactly what fails when it sees $seen", ({ changes, missing }) => {
    expect(unavailable(GOOD_LINES, changes)).toEqual(missing);
  });

  it("finds nothing active that a silent canary did not show", () => {
    const shown = ["user-namespace", "unprivileged-user", "process-limit", "descendants-ended"];
    expect(unavailable([])).toEqual(PROTECTIONS.filter((protection) => !shown.includes(protection)));
  });
});
