import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { type PolicyIssue, parsePolicyText } from "./parse.ts";
import type { SandboxPolicy } from "./schema.ts";

/** A policy file is text that people write: one larger than this is something else. */
const MAX_POLICY_FILE_BYTES = 1024 * 1024;

/**
 * What became of a policy file. Only `ok` carries a policy: there is no default to fall back to, and a caller that
 * gets anything else runs nothing. `reason` is one sentence with what is wrong and what to do.
 */
export type PolicyFileResult =
  | { readonly outcome: "ok"; readonly path: string; readonly policy: SandboxPolicy }
  | { readonly outcome: "missing"; readonly path: string; readonly reason: string }
  | { readonly outcome: "unreadable"; readonly path: string; readonly reason: string }
  | {
      readonly outcome: "invalid";
      readonly path: string;
      readonly reason: string;
      readonly issues: readonly PolicyIssue[];
    };

/**
 * Reads and checks a policy file: JSON in UTF-8, at most 1 MiB, a regular file. Never throws and never blocks on a
 * FIFO or a device.
 */
export async function loadPolicyFile(path: string): Promise<PolicyFileResult> {
  let bytes: Uint8Array | string;
  try {
    bytes = await readBounded(path);
  } catch (error) {
    if (isMissing(error))
      return {
        outcome: "missing",
        path,
        reason: `${path}: there is no such file; create it, or correct the path`,
      };
    return unreadable(path, error instanceof Error ? error.message : "reading it failed");
  }
  if (typeof bytes === "string") return unreadable(path, bytes);
  const text = decodeUtf8(bytes);
  if (text === null) return unreadable(path, "it is not UTF-8 text");
  const parsed = parsePolicyText(text);
  if (parsed.outcome === "ok") return { outcome: "ok", path, policy: parsed.policy };
  const [first] = parsed.issues;
  const reason = `${path}${first?.line ? `:${first.line}` : ""}: ${first?.place || "the policy"} ${first?.message ?? "is invalid"}`;
  return { outcome: "invalid", path, reason, issues: parsed.issues };
}

function unreadable(path: string, why: string): PolicyFileResult {
  return { outcome: "unreadable", path, reason: `${path}: the policy file cannot be read: ${why}` };
}

/** The file's bytes, or why they are not read. */
async function readBounded(path: string): Promise<Uint8Array | string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!(await file.stat()).isFile()) return "it is not a regular file";
    const bytes = await readUpTo(file, MAX_POLICY_FILE_BYTES + 1);
    return bytes.length > MAX_POLICY_FILE_BYTES ? `it is larger than ${MAX_POLICY_FILE_BYTES} bytes` : bytes;
  } finally {
    await file.close();
  }
}

async function readUpTo(file: FileHandle, maximumBytes: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(maximumBytes);
  let length = 0;
  while (length < maximumBytes) {
    const { bytesRead } = await file.read(buffer, length, maximumBytes - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
