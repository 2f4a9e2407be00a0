/** What is wrong with a text that should name a program. */
export type CommandNameProblem =
  | "empty"
  | "too-long"
  | "not-unicode"
  | "control-character"
  | "outer-space"
  | "option"
  | "assignment"
  | "relative-path"
  | "unclean-path";

/** Linux PATH_MAX, in bytes: no path that is as long can be opened. */
export const MAX_PATH_BYTES = 4096;

/** C0 controls, DEL and C1 controls: never part of a name that we accept. */
export const CONTROL_CHARACTER = /[\u0000-\u001f\u007f-\u009f]/;

/**
 * Says why `name` cannot name a program, or `null` when it can: a bare name (`git`), or an absolute path that is
 * already in its only spelling (`/usr/bin/git`, never `//usr/bin/git` or `/usr/bin/../bin/git`).
 *
 * One grammar for policies and requests, so that no spelling exists in one of them only. Nothing is normalised:
 * what is not exactly right is refused.
 */
export function commandNameProblem(name: string): CommandNameProblem | null {
  if (name.length === 0) return "empty";
  if (name.length >= MAX_PATH_BYTES || Buffer.byteLength(name) >= MAX_PATH_BYTES) return "too-long";
  if (!name.isWellFormed()) return "not-unicode";
  if (CONTROL_CHARACTER.test(name)) return "control-character";
  if (name.trim() !== name) return "outer-space";
  if (name.startsWith("-")) return "option";
  // `FOO=1 git` is an assignment to a shell, and `a=b` is one to env(1).
  if (name.includes("=")) return "assignment";
  if (!name.startsWith("/"))
    return name.includes("/") || name === "." || name === ".." ? "relative-path" : null;
  return isCleanAbsolutePath(name) ? null : "unclean-path";
}

/** Whether a path is absolute and in its only spelling: no empty, `.` or `..` segment, no slash at its end. */
export function isCleanAbsolutePath(path: string): boolean {
  if (!path.startsWith("/")) return false;
  return path
    .slice(1)
    .split("/")
    .every((segment) => segment !== "" && segment !== "." && segment !== "..");
}

/** The last segment of an absolute path, or the name itself when it is a bare name. */
export function baseName(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}
