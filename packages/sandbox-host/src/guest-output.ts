import type { CallerIdentity } from "@assay/host-interface";
import type { HostContext } from "./context.ts";
import { MAX_LOG_LINE_BYTES, writeLogLine } from "./write-log-line.ts";

/** The standard streams of a guest that was built for WASI. */
export type GuestStream = "stdout" | "stderr";

/** Turns what a guest writes to its standard streams into log lines, which count against the same budget. */
export interface GuestOutput {
  /** Takes a piece; every line that is complete with it is logged: info for stdout, warn for stderr. */
  write(stream: GuestStream, bytes: Uint8Array): void;
  /** Nothing more comes: logs what is left without an end of line. */
  end(): void;
}

interface PartialLine {
  bytes: Uint8Array;
  droppedBytes: number;
}

const LEVELS = { stdout: "info", stderr: "warn" } as const;
const NEWLINE = 0x0a;

export function createGuestOutput(context: HostContext): GuestOutput {
  const { evaluationId = "", challengeId = "", validatorId = "" } = context.identity;
  const caller: CallerIdentity = { evaluationId, challengeId, validatorId };
  const partial: Record<GuestStream, PartialLine | null> = { stdout: null, stderr: null };

  /** Of a line without an end no more is kept than can be logged. */
  function extend(stream: GuestStream, bytes: Uint8Array): void {
    const { bytes: before, droppedBytes } = partial[stream] ?? { bytes: new Uint8Array(), droppedBytes: 0 };
    const kept = bytes.subarray(0, MAX_LOG_LINE_BYTES - before.length);
    const line = new Uint8Array(before.length + kept.length);
    line.set(before);
    line.set(kept, before.length);
    partial[stream] = { bytes: line, droppedBytes: droppedBytes + bytes.length - kept.length };
  }

  function finish(stream: GuestStream): void {
    const line = partial[stream];
    if (line === null) return;
    partial[stream] = null;
    const { bytes: text, droppedBytes } = line;
    writeLogLine(context, { level: LEVELS[stream], text, droppedBytes, caller, source: `guest-${stream}` });
  }

  return {
    write(stream, bytes) {
      let from = 0;
      for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
        extend(stream, bytes.subarray(from, end));
        finish(stream);
        from = end + 1;
      }
      if (from < bytes.length) extend(stream, bytes.subarray(from));
    },
    end() {
      finish("stdout");
      finish("stderr");
    },
  };
}
