import { SANDBOX_WORK_DIRECTORY } from "@assay/sandbox-policy";
import { DESCRIPTOR } from "./layout.ts";

/** What the gate is told to run: a plan's facts, and nothing that is not in the plan. */
export interface GateCommand {
  /** Absolute, as seen inside the sandbox; also the command's `argv[0]`. */
  readonly path: string;
  readonly args: readonly string[];
  /** The command's whole environment. */
  readonly env: readonly (readonly [name: string, value: string])[];
  readonly workingDirectory: string;
  readonly limits: {
    readonly cpuTimeMs: number;
    readonly maxProcesses: number;
    readonly maxOpenFiles: number;
    readonly maxFileSizeBytes: number;
  };
}

/** Why the gate refused to start a command; written to the status descriptor after the word `refused`. */
export const GATE_REFUSALS = ["resource-limits", "working-directory", "program"] as const;
export type GateRefusal = (typeof GATE_REFUSALS)[number];

/** Sent as soon as bubblewrap runs: the shell answers when it is up, inside a finished sandbox. */
export const GATE_GREETING = `echo ready >&${DESCRIPTOR.status}\n`;

/** POSIX `ulimit -f` counts blocks of this size. */
const FILE_BLOCK_BYTES = 512;

/** What most systems give; the same everywhere, so that it does not depend on the host how much a program can be given. */
const STACK_KIB = 8192;

/** The free descriptor that keeps the command's standard error while the shell's own goes to the status descriptor. */
const SAVED_STDERR = 9;

/**
 * The script that turns a waiting gate into one command. Pure.
 *
 * The whole script is one compound command, so that a half-written one (the host died) runs nothing. Whatever cannot be set up as asked ends it.
 */
export function gateScript(command: GateCommand): string {
  const { limits } = command;
  const status = DESCRIPTOR.status;
  const path = shellQuote(command.path);
  const root = shellQuote(SANDBOX_WORK_DIRECTORY);
  const environment = command.env.map(([name, value]) => `${name}=${shellQuote(value)} `).join("");
  return [
    "{",
    `exec ${SAVED_STDERR}>&2 2>&${status}`,
    ...limitCommands(limits).map(
      ({ command, limit }) =>
        `${command} || { echo 'limit: ${limit}' >&${status}; ${refusal("resource-limits")} }`,
    ),
    `cd -P -- ${shellQuote(command.workingDirectory)} && case $PWD in ${root}|${root}/*) ;; *) false ;; esac || { ${refusal("working-directory")} }`,
    `[ -f ${path} ] && [ -x ${path} ] || { ${refusal("program")} }`,
    "unset PWD OLDPWD",
    `echo started >&${status}`,
    // A subshell, so that the shell's own word on a child ended by a signal goes to the status descriptor and not to the command's.
    `(${environment}exec ${[command.path, ...command.args].map(shellQuote).join(" ")} ` +
      `<&${DESCRIPTOR.stdin} ${DESCRIPTOR.stdin}<&- ${status}>&- 2>&${SAVED_STDERR} ${SAVED_STDERR}>&-)`,
    "code=$?",
    `echo "exit $code" >&${status}`,
    `times >&${status}`,
    "exit $code",
    "}",
    "",
  ].join("\n");
}

/** One word of a POSIX shell that stands for exactly these characters. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * One `ulimit` for each limit: dash takes one per call, and several in one call set none. Soft and hard are set together, so that a command cannot
 * raise them; but the soft CPU limit comes a second before the hard one, so that it ends by SIGXCPU and not by a SIGKILL that could be anybody's.
 */
function limitCommands(
  limits: GateCommand["limits"],
): readonly { readonly command: string; readonly limit: string }[] {
  const cpuSeconds = Math.max(1, Math.ceil(limits.cpuTimeMs / 1000));
  const fileBlocks = Math.floor(limits.maxFileSizeBytes / FILE_BLOCK_BYTES);
  return [
    { limit: "core dumps", command: "ulimit -c 0" },
    // How much a program may be given as arguments depends on it.
    { limit: "stack", command: `ulimit -s ${STACK_KIB}` },
    { limit: "open files", command: `ulimit -n ${limits.maxOpenFiles}` },
    { limit: "file size", command: `ulimit -f ${fileBlocks}` },
    { limit: "CPU time", command: `ulimit -S -t ${cpuSeconds} && ulimit -H -t ${cpuSeconds + 1}` },
    {
      limit: "processes",
      command: `{ ulimit -p ${limits.maxProcesses} 2>/dev/null || ulimit -u ${limits.maxProcesses}; }`,
    },
  ];
}

function refusal(reason: GateRefusal): string {
  return `echo 'refused ${reason}' >&${DESCRIPTOR.status}; exit 125;`;
}
