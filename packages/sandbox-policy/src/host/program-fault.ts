import type { Writer } from "./writable.ts";

/** Why a file of this host may not be a program of a policy. `path` is the file or directory at fault. */
export type ProgramFault =
  /** `lookedIn` is the search path; empty for an absolute path. */
  | { readonly kind: "not-found"; readonly lookedIn: readonly string[] }
  | { readonly kind: "unreadable"; readonly path: string; readonly detail: string }
  | { readonly kind: "too-many-links"; readonly path: string }
  | { readonly kind: "not-a-file"; readonly path: string }
  | { readonly kind: "not-executable"; readonly path: string }
  /** Neither ELF nor a `#!` script: some shells would run it as a script, the kernel does not. */
  | { readonly kind: "unknown-format"; readonly path: string }
  | {
      readonly kind: "too-large";
      readonly path: string;
      readonly sizeBytes: number;
      readonly maximumBytes: number;
    }
  | { readonly kind: "set-id"; readonly path: string }
  | { readonly kind: "writable"; readonly path: string; readonly writer: Writer }
  /** It was written to while it was read. */
  | { readonly kind: "changed"; readonly path: string }
  | {
      readonly kind: "bad-script";
      readonly path: string;
      readonly problem: "unterminated" | "no-interpreter" | "relative-interpreter" | "not-text";
    }
  /** `#!/usr/bin/env NAME`: what env finds is decided when the script runs, and cannot be pinned. */
  | { readonly kind: "env-script"; readonly path: string; readonly argument: string }
  | { readonly kind: "too-many-interpreters"; readonly path: string }
  | {
      readonly kind: "interpreter";
      readonly path: string;
      readonly interpreter: string;
      readonly cause: ProgramFault;
    };

/** A `ProgramFault` on its way out of the steps that pin one program. It never leaves the resolver. */
export class ProgramRefusal extends Error {
  readonly fault: ProgramFault;
  constructor(fault: ProgramFault) {
    super(fault.kind);
    this.fault = fault;
  }
}

/** For an operation of the file system that failed. */
export function refuseUnreadable(path: string, error: unknown): never {
  throw new ProgramRefusal({
    kind: "unreadable",
    path,
    detail: error instanceof Error ? error.message : "unknown",
  });
}
