import { Reader, Writer } from "./bincode";
import { sandboxExec } from "./host";

/** A command to run in the sandbox: one program with its arguments, never a line for a shell to take apart. */
export class Command {
  env: Map<string, string> = new Map();
  /** Relative to the directory that the evaluation has for itself; null is that directory. */
  workingDirectory: string | null = null;
  stdin: Uint8Array | null = null;
  /** 0 leaves the limit to the policy, which a larger number does not raise. */
  timeoutMs: u64 = 0;

  constructor(
    public program: string,
    public args: string[] = [],
  ) {}
}

/** How a command ended. The order is that of the error's variants on the wire, after `Exited`. */
export enum Outcome {
  /** It ran to its end, well or not: see the exit code. */
  Exited,
  /** Commands are switched off. */
  Disabled,
  /** The policy denies the program. */
  NotAllowed,
  /** It was stopped for taking too long. */
  TimedOut,
  /** It was stopped, as for too much output, or never started. A reason that begins with "policy: " is a denial too. */
  Failed,
  /** The host could not read the request, or not write the answer. */
  MemoryError,
}

export class Answer {
  exitCode: i32 = -1;
  stdout: Uint8Array = new Uint8Array(0);
  stderr: Uint8Array = new Uint8Array(0);
  durationMs: u64 = 0;

  constructor(
    public outcome: Outcome,
    /** One sentence for every outcome but `Exited`. */
    public reason: string = "",
  ) {}
}

/**
 * Runs a command. A denial, a timeout and a failure are answers like any other: nothing here traps, and it is the
 * challenge that decides what they are worth. The guest sleeps in the meantime.
 */
export function exec(command: Command): Answer {
  const request = encode(command);
  let buffer = new Uint8Array(64 * 1024);
  let size = sandboxExec(request.dataStart, request.length, buffer.dataStart, buffer.length);
  if (size < -1) {
    // Too small, and now we know by how much. The host keeps the answer for the same request: nothing runs twice.
    buffer = new Uint8Array(-size);
    size = sandboxExec(request.dataStart, request.length, buffer.dataStart, buffer.length);
  }
  if (size < 0) return new Answer(Outcome.MemoryError, "the host did not write its answer");
  return decode(buffer.subarray(0, size));
}

function encode(command: Command): Uint8Array {
  const writer = new Writer();
  writer.string(command.program);
  writer.u64(command.args.length);
  for (let i = 0; i < command.args.length; i++) writer.string(command.args[i]);
  const names = command.env.keys();
  writer.u64(names.length);
  for (let i = 0; i < names.length; i++) {
    writer.string(names[i]);
    writer.string(command.env.get(names[i]));
  }
  writer.optionalString(command.workingDirectory);
  writer.optionalBytes(command.stdin);
  writer.u64(command.timeoutMs);
  return writer.message();
}

function decode(message: Uint8Array): Answer {
  const reader = new Reader(message);
  const isError = reader.u32();
  const answer = isError ? decodeError(reader) : decodeResponse(reader);
  return reader.failed ? new Answer(Outcome.Failed, "the host's answer does not decode") : answer;
}

function decodeResponse(reader: Reader): Answer {
  const answer = new Answer(Outcome.Exited);
  answer.exitCode = <i32>reader.u32();
  answer.stdout = reader.bytes();
  answer.stderr = reader.bytes();
  answer.durationMs = reader.u64();
  return answer;
}

function decodeError(reader: Reader): Answer {
  switch (reader.u32()) {
    case 0: return new Answer(Outcome.Disabled, "commands are switched off");
    case 1: return new Answer(Outcome.NotAllowed, "not allowed: " + reader.string());
    case 2: return new Answer(Outcome.TimedOut, "out of time after " + inSeconds(reader.u64()));
    case 3: return new Answer(Outcome.Failed, reader.string());
    case 4: return new Answer(Outcome.MemoryError, reader.string());
  }
  reader.failed = true;
  return new Answer(Outcome.Failed);
}

/** The wire carries whole seconds, rounded down. */
function inSeconds(seconds: u64): string {
  return seconds ? seconds.toString() + " s" : "less than 1 s";
}
