import type { GuestFailure, GuestPhase } from "../outcome.ts";
import { printable } from "../printable.ts";
import { webAssembly } from "../webassembly.ts";

/** What ended a guest's code, in words. */
export interface Trap {
  readonly message: string;
  /** The guest's functions by name or number, innermost first. */
  readonly frames: readonly string[];
  readonly stackExhausted: boolean;
}

const MAX_FRAMES = 10;
const STACK_EXHAUSTED = "call stack exhausted";
const GUEST_SCRIPT = "wasm://";

/** What is known of a guest whose code has ended. */
export interface TrappedGuest {
  /** Whether its stack, as the rewritten module counts it, was used up. */
  readonly stackExhausted: boolean;
  readonly importedFunctions: number;
}

/** Reads what a guest's code ended with: a trap of the engine, an overflow of the stack, or an exception of the guest. */
export function readTrap(thrown: unknown, guest: TrappedGuest): Trap {
  // By our count, which the rewritten module ends itself by, or by the engine's.
  const stackExhausted = guest.stackExhausted || isStackOverflow(thrown);
  return {
    message: stackExhausted ? STACK_EXHAUSTED : messageOf(thrown),
    frames: framesOf(thrown).map((frame) => asTheGuestNumbers(frame, guest.importedFunctions)),
    stackExhausted,
  };
}

/** The trap as the end of a call. */
export function trapFailure({ message, frames, stackExhausted }: Trap, phase: GuestPhase): GuestFailure {
  return stackExhausted
    ? { kind: "stack-exhausted", phase, frames }
    : { kind: "trap", phase, message, frames };
}

/** The rewrite puts one import after the guest's own, so functions without a name are numbered one too high. */
function asTheGuestNumbers(frame: string, importedFunctions: number): string {
  const index = /^wasm-function\[(\d+)\]$/.exec(frame)?.[1];
  return index !== undefined && Number(index) > importedFunctions
    ? `wasm-function[${Number(index) - 1}]`
    : frame;
}

function messageOf(thrown: unknown): string {
  if (thrown instanceof webAssembly.RuntimeError) return printable(thrown.message);
  if (thrown instanceof webAssembly.Exception) return "uncaught exception";
  if (thrown instanceof Error) return printable(`${thrown.name}: ${thrown.message}`);
  return "uncaught exception";
}

/** V8 has no class of its own for it. */
function isStackOverflow(thrown: unknown): boolean {
  return thrown instanceof RangeError && thrown.message === "Maximum call stack size exceeded";
}

function framesOf(thrown: unknown): string[] {
  if (!(thrown instanceof Error)) return [];
  const frames: string[] = [];
  const previous = Error.prepareStackTrace;
  // Call sites rather than the stack's text: a function name of the guest can hold anything, line ends included.
  Error.prepareStackTrace = (_error, callSites) => {
    for (const callSite of callSites) {
      if (!callSite.getScriptNameOrSourceURL()?.startsWith(GUEST_SCRIPT)) continue;
      const name = callSite.getFunctionName() ?? /wasm-function\[\d+\]/.exec(callSite.toString())?.[0];
      if (name !== undefined) frames.push(printable(name));
    }
    return "";
  };
  try {
    // The stack is put into words when it is first read, and then by the function above.
    void thrown.stack;
  } finally {
    Error.prepareStackTrace = previous;
  }
  return frames.slice(0, MAX_FRAMES);
}
