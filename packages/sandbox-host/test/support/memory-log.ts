import { type Logger, pino } from "pino";

/** One line as pino wrote it. */
export type LoggedLine = Readonly<Record<string, unknown>>;

/** A real pino logger that writes into `lines`, every level included. */
export function memoryLog(): { readonly logger: Logger; readonly lines: LoggedLine[] } {
  const lines: LoggedLine[] = [];
  const logger = pino(
    { level: "trace", base: null, timestamp: false, formatters: { level: (label) => ({ level: label }) } },
    { write: (line: string) => lines.push(JSON.parse(line)) },
  );
  return { logger, lines };
}
