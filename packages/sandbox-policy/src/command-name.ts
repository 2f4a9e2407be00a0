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

/** Linux PATH_MAX, in bytes: no longer path can be opened. */
export const MAX_PATH_BYTES = 4096;

const CONTROL_CHARACTER = /[\u0000-\u001f\u007f-\u009f]/;

/**
 * Says why `name` cannot name a program, or `null` when it can: a bare name (`git`), or an absolute path that is
 * already in its only spelling (`/usr/bin/git`, never `//usr/bin/git` or `/usr/bin/../bin/git`).
 *
 * One grammar for policies and requests, so that no spelling exists in one of them only. Nothing is normalised:
 * what is not exactly right is refused.
 */
export function commandNameProblem(name: string): CommandNameProblem | null {
  if (name.length === 0) return "empty";
  if (name.length > MAX_PATH_BYTES || Buffer.byteLength(name) > MAX_PATH_BYTES) return "too-long";
  if (!name.isWellFormed()) return "not-unicode";
  if (CONTROL_CHARACTER.test(name)) return "control-character";
  if (name.trim() !== name) return "outer-space";
  if (name.startsWith("-")) return "option";
  // `FOO=1 git` is an assignment to a shell, and `a=b` is one to env(1).
  if (name.includes("=")) return "assignment";
  if (!name.startsWith("/"))
    return name.includes("/") || name === "." || name === ".." ? "relative-path" : null;
  const segments = name.slice(1).split("/");
  return segments.some((segment) => segment === "" || segment === "." || segment === "..")
    ? "unclean-path"
    : null;
}

/** The last segment of an absolute path, or the name itself when it is a bare name. */
export function baseName(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}
