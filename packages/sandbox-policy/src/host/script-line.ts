/** What the first bytes of a file say about how the kernel runs it. */
export type ProgramFormat =
  | { readonly kind: "elf" }
  /** `interpreter` is an absolute path; `argument` is everything after it as one text, `null` when there is none. */
  | { readonly kind: "script"; readonly interpreter: string; readonly argument: string | null }
  | {
      readonly kind: "bad-script";
      readonly problem: "unterminated" | "no-interpreter" | "relative-interpreter" | "not-text";
    }
  | { readonly kind: "unknown" };

/** How many bytes of a file the kernel looks at. */
export const PROGRAM_HEAD_BYTES = 256;

const ELF = [0x7f, 0x45, 0x4c, 0x46];

/**
 * Reads the beginning of a program, at least `PROGRAM_HEAD_BYTES` of it or all of a shorter file.
 *
 * @see Linux fs/binfmt_script.c and execve(2): the line ends at a newline within BINPRM_BUF_SIZE (256) bytes; spaces
 *   and tabs around the interpreter are skipped; what follows it is a single argument.
 */
export function programFormat(head: Uint8Array): ProgramFormat {
  if (ELF.every((byte, index) => head[index] === byte)) return { kind: "elf" };
  if (head[0] !== 0x23 || head[1] !== 0x21) return { kind: "unknown" };
  const line = head.subarray(2, PROGRAM_HEAD_BYTES);
  const end = line.indexOf(0x0a);
  if (end === -1 && head.length >= PROGRAM_HEAD_BYTES) return { kind: "bad-script", problem: "unterminated" };
  const text = Buffer.from(line.subarray(0, end === -1 ? line.length : end)).toString("latin1");
  // A carriage return would become part of the interpreter's name.
  if (/[^\t\u0020-\u007e]/.test(text)) return { kind: "bad-script", problem: "not-text" };
  const [, interpreter = "", argument = ""] = /^[ \t]*([^ \t]*)[ \t]*(.*?)[ \t]*$/.exec(text) ?? [];
  if (interpreter === "") return { kind: "bad-script", problem: "no-interpreter" };
  if (!interpreter.startsWith("/")) return { kind: "bad-script", problem: "relative-interpreter" };
  return { kind: "script", interpreter, argument: argument === "" ? null : argument };
}
