import type { Protection, ProtectionStatus } from "../host-report.ts";

/** What was seen of a sandbox, from inside (the canaries' lines) and from outside. */
export interface Sightings {
  /** Every value that the sight canary wrote, by name. */
  readonly inside: ReadonlyMap<string, readonly string[]>;
  /** The owner on the host of a file that the canary made. */
  readonly hostUid: number | null;
  readonly expectedVariables: readonly string[];
  readonly expectedLimits: {
    readonly maxOpenFiles: number;
    readonly maxFileSizeBytes: number;
    readonly cpuSeconds: number;
  };
  readonly maxProcesses: number;
  /** How many processes the fork canary could start, of 64. */
  readonly forked: number;
  /** Processes in the descendant canary's namespace after its run had settled. */
  readonly survivors: number;
}

export function readCanary(output: string): ReadonlyMap<string, readonly string[]> {
  const pairs = output
    .split("\n")
    .filter((line) => line.includes("="))
    .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)] as const);
  return new Map(
    Map.groupBy(pairs, ([name]) => name)
      .entries()
      .map(([name, found]) => [name, found.map(([, value]) => value)]),
  );
}

/** Each protection, judged. Pure: what was not seen to hold is unavailable. */
export function judge(seen: Sightings): readonly ProtectionStatus[] {
  const all = (name: string) => seen.inside.get(name) ?? [];
  const one = (name: string) => all(name)[0] ?? "";
  const interfaces = all("interface");
  const descriptors = all("descriptor");
  const unexpected = all("variable").filter((variable) => !seen.expectedVariables.includes(variable));
  const systemWrites = all("wrote").filter((place) => place !== "/work");
  const noCapability = (set: string) => /^0+$/.test(one(set));
  return [
    status("bubblewrap", seen.inside.size > 0, "a command ran in it", "no command ran in it"),
    status(
      "user-namespace",
      seen.hostUid !== null,
      "files belong to the sandbox's own user",
      "the canary's file was not found",
    ),
    status(
      "pid-namespace",
      between(Number(one("processes")), 1, 4),
      `${one("processes")} processes visible`,
      `${one("processes")} processes visible`,
    ),
    status(
      "network-namespace",
      interfaces.join() === "lo",
      "only lo is there",
      `interfaces: ${interfaces.join(", ") || "unknown"}`,
    ),
    status(
      "unprivileged-user",
      (seen.hostUid ?? 0) !== 0,
      `user ${seen.hostUid} on the host`,
      "commands would be root on the host",
    ),
    status(
      "no-capabilities",
      noCapability("CapEff") && noCapability("CapBnd"),
      "none held, none to gain",
      `CapEff ${one("CapEff")}, CapBnd ${one("CapBnd")}`,
    ),
    status("no-new-privileges", one("NoNewPrivs") === "1", "set", "not set"),
    status("seccomp", one("Seccomp") === "2", "filter installed", `mode ${one("Seccomp") || "unknown"}`),
    status(
      "nested-namespaces-denied",
      one("wrote") !== "" && all("unshared").length === 0,
      "unshare is refused",
      `a new ${all("unshared").join(" and ")} namespace was possible`,
    ),
    status(
      "read-only-system",
      systemWrites.length === 0 && all("wrote").length > 0,
      "nothing outside the working directory could be written",
      `could write to ${systemWrites.join(", ")}`,
    ),
    status(
      "private-work-directory",
      all("wrote").includes("/work"),
      "writable",
      "the working directory cannot be written",
    ),
    status(
      "clean-environment",
      all("variable").length > 0 && unexpected.length === 0,
      "only what the plan says",
      `also set: ${unexpected.map((variable) => variable.split("=")[0]).join(", ")}`,
    ),
    status(
      "closed-descriptors",
      descriptors.length > 0 && descriptors.every((descriptor) => Number(descriptor) <= 2),
      "0, 1 and 2",
      `open: ${descriptors.join(", ")}`,
    ),
    status("resource-limits", limitsHold(all("limit"), seen), "as the plan says", all("limit").join("; ")),
    status(
      "process-limit",
      between(seen.forked, 1, seen.maxProcesses),
      `${seen.forked} of 64 under a limit of ${seen.maxProcesses}`,
      `${seen.forked} of 64 under a limit of ${seen.maxProcesses}`,
    ),
    status(
      "descendants-ended",
      seen.survivors === 0,
      "nothing was left of a command that left its session",
      `${seen.survivors} processes were left`,
    ),
  ];
}

function limitsHold(lines: readonly string[], seen: Sightings): boolean {
  const soft = (title: string) =>
    lines
      .find((line) => line.startsWith(title))
      ?.slice(title.length)
      .trim()
      .split(/\s+/)[0];
  const { maxOpenFiles, maxFileSizeBytes, cpuSeconds } = seen.expectedLimits;
  return (
    soft("Max open files") === String(maxOpenFiles) &&
    soft("Max file size") === String(maxFileSizeBytes) &&
    soft("Max cpu time") === String(cpuSeconds) &&
    soft("Max core file size") === "0" &&
    soft("Max processes") === String(seen.maxProcesses)
  );
}

function status(protection: Protection, holds: boolean, seen: string, missing: string): ProtectionStatus {
  return { protection, status: holds ? "active" : "unavailable", detail: holds ? seen : missing };
}

function between(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}
