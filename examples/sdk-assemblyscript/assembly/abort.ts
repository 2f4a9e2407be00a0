import { LogLevel, log } from "./log";

/** Where a failed assertion, an index out of range or a `throw` ends up: logged, then a trap. See asconfig.json. */
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  log(LogLevel.Error, (message ? message : "aborted") + " at " + (file ? file : "?") + ":" + line.toString());
  unreachable();
}
