/** One protection and whether this host gives it. */
export interface ProtectionStatus {
  /** Closed list: see `PROTECTIONS`. */
  readonly protection: Protection;
  readonly status: "active" | "unavailable";
  /** What was seen, or why it is unavailable and what to do. */
  readonly detail: string;
}

/** What the sandbox of this host can enforce, as seen by a canary that ran inside it. */
export interface HostReport {
  readonly platform: string;
  /** `true` when every protection is active; only then does `open` succeed. */
  readonly isolated: boolean;
  readonly protections: readonly ProtectionStatus[];
  readonly durationMs: number;
}

/** Every protection that a command runs under, in the order in which reports show them. */
export const PROTECTIONS = [
  "bubblewrap",
  "user-namespace",
  "pid-namespace",
  "network-namespace",
  "unprivileged-user",
  "no-capabilities",
  "no-new-privileges",
  "seccomp",
  "nested-namespaces-denied",
  "read-only-system",
  "private-work-directory",
  "clean-environment",
  "closed-descriptors",
  "resource-limits",
  "process-limit",
  "descendants-ended",
] as const;

/** The name of one protection. */
export type Protection = (typeof PROTECTIONS)[number];
