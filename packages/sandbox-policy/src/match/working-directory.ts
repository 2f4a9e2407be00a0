import type { DenyReason } from "../reasons.ts";
import { cut } from "../text.ts";
import { startDirectory } from "../work-directory.ts";

/** May a command start in `asked`, given the policy's `workingDirectory`? `null` asks for that one itself. */
export function matchWorkingDirectory(policyDirectory: string, asked: string | null): readonly DenyReason[] {
  const resolved = startDirectory(policyDirectory, asked);
  if (resolved.outcome === "ok") return [];
  const workingDirectory = cut(asked ?? policyDirectory);
  return [{ code: "WORKING_DIRECTORY_REFUSED", workingDirectory, problem: resolved.problem }];
}
