import { baseName, commandNameProblem } from "../command-name.ts";
import { type PinnedProgram, programClosure } from "../pinned-program.ts";
import type { BlockedProgram, PreparedRule } from "../prepared-policy.ts";
import type { DenyReason } from "../reasons.ts";
import { cut } from "../text.ts";

/**
 * May `command` be run as `rule` says? `rule` is `null` when no rule has that name or path; names are compared as they
 * are, byte for byte.
 */
export function matchProgram(
  blocked: readonly BlockedProgram[],
  rule: PreparedRule | null,
  command: string,
): readonly DenyReason[] {
  const problem = commandNameProblem(command);
  if (problem !== null) return [{ code: "PROGRAM_MALFORMED", command: cut(command), problem }];
  const reasons: DenyReason[] = [];
  if (rule === null) reasons.push({ code: "PROGRAM_NOT_LISTED", command: cut(command) });
  const files = rule === null ? [] : programClosure(rule.program);
  for (const block of blocked) {
    const hit = hitOf(block, command, files);
    if (hit !== null)
      reasons.push({ code: "PROGRAM_BLOCKED", command: cut(command), entry: block.entry, ...hit });
  }
  return reasons;
}

interface Hit {
  readonly by: "name" | "file" | "contents";
  readonly file: string | null;
}

/** How a blocked entry forbids what was asked for, or one of the files that would run; `null` when it does not. */
function hitOf(block: BlockedProgram, command: string, files: readonly PinnedProgram[]): Hit | null {
  if (namesOf(command).includes(block.entry)) return { by: "name", file: null };
  for (const file of files) {
    if ([file.name, file.path, file.realPath].flatMap(namesOf).includes(block.entry))
      return { by: "name", file: file.realPath };
    if (block.files.some(({ device, inode }) => device === file.device && inode === file.inode))
      return { by: "file", file: file.realPath };
    if (block.files.some(({ sha256 }) => sha256 === file.sha256))
      return { by: "contents", file: file.realPath };
  }
  return null;
}

function namesOf(command: string): readonly string[] {
  return [command, baseName(command)];
}
