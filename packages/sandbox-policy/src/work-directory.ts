import { CONTROL_CHARACTER, MAX_PATH_BYTES } from "./command-name.ts";

/** Where the private directory of the evaluation is inside the sandbox. It is also the child's HOME. */
export const SANDBOX_WORK_DIRECTORY = "/work";

/** The child's TMPDIR: a directory inside the sandbox, private to it. */
export const SANDBOX_TEMPORARY_DIRECTORY = "/tmp";

/** What is wrong with a directory in which a command should start. */
export type WorkingDirectoryProblem =
  | "empty"
  | "too-long"
  | "not-unicode"
  | "control-character"
  | "backslash"
  | "parent-segment"
  | "outside";

export type WorkingDirectoryResolution =
  | { readonly outcome: "ok"; readonly path: string }
  | { readonly outcome: "refused"; readonly problem: WorkingDirectoryProblem };

const MAX_SEGMENT_BYTES = 255;

/**
 * Turns `asked` into an absolute path at or below `base`, which is one at or below `/work`.
 *
 * A relative path is taken from `base`; an absolute one must already be `base` or below it, compared by whole
 * segments, so `/work-evil` is not below `/work`. The result is put together from checked segments, never cut out of
 * the input. Whether a segment is a symbolic link is not asked: inside the sandbox there is nothing but the sandbox.
 */
export function resolveWorkingDirectory(base: string, asked: string): WorkingDirectoryResolution {
  const problem = textOrSegmentProblem(asked);
  if (problem !== null) return { outcome: "refused", problem };
  const baseSegments = segmentsOf(base);
  const askedSegments = segmentsOf(asked);
  if (asked.startsWith("/")) {
    const isAtOrBelow = baseSegments.every((segment, index) => askedSegments[index] === segment);
    if (!isAtOrBelow) return { outcome: "refused", problem: "outside" };
  }
  const segments = asked.startsWith("/") ? askedSegments : [...baseSegments, ...askedSegments];
  const path = `/${segments.join("/")}`;
  if (Buffer.byteLength(path) >= MAX_PATH_BYTES) return { outcome: "refused", problem: "too-long" };
  return { outcome: "ok", path };
}

/** Where a command starts, given the policy's `workingDirectory` and what the request asks for; `null` asks for the former. */
export function startDirectory(policyDirectory: string, asked: string | null): WorkingDirectoryResolution {
  const base = resolveWorkingDirectory(SANDBOX_WORK_DIRECTORY, policyDirectory);
  return asked === null || base.outcome === "refused" ? base : resolveWorkingDirectory(base.path, asked);
}

function textOrSegmentProblem(asked: string): WorkingDirectoryProblem | null {
  if (asked.length === 0) return "empty";
  if (asked.length >= MAX_PATH_BYTES) return "too-long";
  if (!asked.isWellFormed()) return "not-unicode";
  if (CONTROL_CHARACTER.test(asked)) return "control-character";
  if (asked.includes("\\")) return "backslash";
  const segments = asked.split("/");
  // Not even `a/..` is worked out: that would be a guess about what `a` is.
  if (segments.includes("..")) return "parent-segment";
  if (segments.some((segment) => Buffer.byteLength(segment) > MAX_SEGMENT_BYTES)) return "too-long";
  return null;
}

function segmentsOf(path: string): string[] {
  return path.split("/").filter((segment) => segment !== "" && segment !== ".");
}
