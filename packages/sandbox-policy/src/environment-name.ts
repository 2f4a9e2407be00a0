/** What is wrong with a text that should name an environment variable. */
export type EnvironmentNameProblem = "empty" | "too-long" | "reserved" | "not-a-name";

const MAX_NAME_LENGTH = 255;

/**
 * Says why `name` cannot name a variable, or `null` when it can.
 *
 * @see POSIX.1-2024, 8.1: names that portable programs accept "consist solely of uppercase letters, digits, and the
 *   underscore and do not begin with a digit"; we take lower case too, and nothing else.
 */
export function environmentNameProblem(name: string): EnvironmentNameProblem | null {
  if (name.length === 0) return "empty";
  if (name.length > MAX_NAME_LENGTH) return "too-long";
  // `__proto__`, `constructor` and the like have a meaning of their own wherever names become keys of an object.
  if (name in Object.prototype) return "reserved";
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? null : "not-a-name";
}
