/**
 * One file on this host that a policy lets run, as it was when the policy was prepared. Whoever starts it compares
 * the file with these facts again and refuses a file that changed.
 */
export interface PinnedProgram {
  /** As the policy spells it: a bare name, or an absolute path. For an interpreter, the path in the script's first line. */
  readonly name: string;
  /** Where it was found, before symbolic links are followed. The process gets this as its `argv[0]`. */
  readonly path: string;
  /** The file itself, after every symbolic link. */
  readonly realPath: string;
  /** `st_dev` and `st_ino` in decimal; strings, because both have 64 bits. */
  readonly device: string;
  readonly inode: string;
  readonly sizeBytes: number;
  /** Of the file's contents, in lower-case hexadecimal. */
  readonly sha256: string;
  /** What the kernel starts to run this file when it is a `#!` script, else `null`. Pinned in the same way. */
  readonly interpreter: PinnedProgram | null;
}

/** The program and every interpreter below it, in the order in which the kernel meets them. */
export function programClosure(program: PinnedProgram): readonly PinnedProgram[] {
  const closure: PinnedProgram[] = [];
  for (let file: PinnedProgram | null = program; file !== null; file = file.interpreter) closure.push(file);
  return closure;
}
