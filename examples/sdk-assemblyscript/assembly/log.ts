import { logMessage } from "./host";
import { bytesOf } from "./text";

export enum LogLevel {
  Info = 0,
  Warning = 1,
  Error = 2,
}

/** Writes one line into the host's log. The policy limits how much an evaluation may write. */
export function log(level: LogLevel, text: string): void {
  const bytes = bytesOf(text);
  logMessage(level, bytes.dataStart, bytes.length);
}
