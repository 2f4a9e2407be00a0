import type { ErrorCode } from "../outcome.ts";

/** What somebody at a terminal can do about an error that does not say so itself. */
const ADVICE: { readonly [Code in ErrorCode]?: string } = {
  DEADLINE: "Raise --timeout-ms if the challenge needs longer.",
  OUT_OF_FUEL: "Raise --fuel if the challenge needs more.",
  OUT_OF_MEMORY: "Raise --memory-mib if the challenge needs more.",
  STACK_EXHAUSTED: "It recurses too deep; its stack is the same on every machine, and cannot be raised.",
  LINK_FAILED:
    "This host provides platform_sandbox and WASI preview 1; build the challenge for them, or try another --abi.",
  MISSING_EXPORT: "A challenge exports memory, alloc or allocate, evaluate and validate.",
  BAD_RESULT: "If the challenge was built for another level of the contract, say which with --abi.",
  ISOLATION_UNAVAILABLE: "assay doctor shows every protection and what to do.",
  INTERNAL: "This is a fault of assay or of this machine. ASSAY_DEBUG=1 shows where it comes from.",
};

/** One line, or `null` where the message says it all. */
export function adviceFor(code: ErrorCode): string | null {
  return ADVICE[code] ?? null;
}
