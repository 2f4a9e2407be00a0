import type { ProgramFault } from "./host/program-fault.ts";
import type { PolicyProblem } from "./prepare.ts";
import { printable } from "./printable.ts";

/** One sentence for people about what keeps a policy from being used: where, what, and what to do. */
export function explainProblem(problem: PolicyProblem): string {
  switch (problem.code) {
    case "POLICY_INVALID":
      return `${problem.issue.place || "the policy"} ${problem.issue.message}`;
    case "PROGRAM_REFUSED":
      return `${problem.place}, ${printable(problem.program)}: ${explainFault(problem.fault)}`;
  }
}

function explainFault(fault: ProgramFault): string {
  switch (fault.kind) {
    case "not-found":
      return fault.lookedIn.length === 0
        ? "there is no such file on this host; install it, or correct its path"
        : `there is no such program on this host (looked in ${fault.lookedIn.map(printable).join(", ")}); install it, correct its name, or add its directory to searchPath`;
    case "unreadable":
      return `${printable(fault.path)} cannot be read: ${printable(fault.detail)}`;
    case "too-many-links":
      return `${printable(fault.path)} has too many symbolic links; name the file itself`;
    case "not-a-file":
      return `${printable(fault.path)} is not a regular file`;
    case "not-executable":
      return `${printable(fault.path)} is not executable for the user that the sandbox runs as; chmod +x it`;
    case "unknown-format":
      return `${printable(fault.path)} is neither an ELF program nor a script that begins with #!`;
    case "too-large":
      return `${printable(fault.path)} has ${fault.sizeBytes} bytes, more than ${fault.maximumBytes}`;
    case "set-id":
      return `${printable(fault.path)} is set-user-ID or set-group-ID, and no such program is run`;
    case "writable":
      return `${printable(fault.path)} can be changed by ${fault.writer}, so what runs could be anything; use a program that only root can change, or take the permission away`;
    case "changed":
      return `${printable(fault.path)} changed while it was read; try again when its installation is complete`;
    case "bad-script":
      return `the first line of ${printable(fault.path)} ${SCRIPT[fault.problem]}`;
    case "env-script":
      return `${printable(fault.path)} is started through env (${printable(fault.argument)}), which looks for the interpreter only when it runs, so it cannot be pinned; allow the interpreter and pass it the script, or name the interpreter by its absolute path in the first line`;
    case "too-many-interpreters":
      return `${printable(fault.path)} is interpreted by a script that is interpreted by a script, and so on, deeper than Linux allows`;
    case "interpreter":
      return `its interpreter ${printable(fault.interpreter)}: ${explainFault(fault.cause)}`;
  }
}

const SCRIPT: Readonly<Record<Extract<ProgramFault, { kind: "bad-script" }>["problem"], string>> = {
  unterminated: "is longer than the 256 bytes that Linux reads",
  "no-interpreter": "names no interpreter",
  "relative-interpreter":
    "names its interpreter by a relative path, so the working directory would choose it",
  "not-text": "has a character other than printable ASCII, such as the carriage return of a Windows line end",
};
