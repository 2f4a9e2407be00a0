import { z } from "zod";
import { parseStrictJson, placeOf } from "./json.ts";
import { policySchema, type SandboxPolicy } from "./schema.ts";

/** Enough to mend a policy by; a text with more than that is not a policy. */
const MAX_ISSUES = 50;

/** One thing that is wrong in a policy, and where. */
export interface PolicyIssue {
  /** Path of the value, such as `allowedCommands[2].limits.maxOutputBytes`; empty for the policy as a whole. */
  readonly place: string;
  /** Line in the text, from 1; `null` when the policy did not come from a text. */
  readonly line: number | null;
  /** What is wrong and what to do about it. Names and values of the policy may stand in it, quoted. */
  readonly message: string;
}

/** A complete policy, or everything that is wrong with it. */
export type PolicyParseResult =
  | { readonly outcome: "ok"; readonly policy: SandboxPolicy }
  | { readonly outcome: "invalid"; readonly issues: readonly PolicyIssue[] };

/** Checks a value from outside and fills in what it leaves out. Any value gets an answer; nothing is thrown. */
export function parsePolicy(value: unknown): PolicyParseResult {
  return checkPolicy(value, () => null);
}

/** As `parsePolicy`, for the text of a policy file: also refuses duplicate keys, and knows the lines. */
export function parsePolicyText(text: string): PolicyParseResult {
  if (text.trim() === "")
    return invalid("", 1, "is empty; the smallest policy is {}, which denies every command");
  const json = parseStrictJson(text);
  if (json.outcome === "invalid") return invalid(json.place, json.line, json.message);
  return checkPolicy(json.value, json.lineOf);
}

/** The JSON Schema (draft 2020-12) of a policy file, for editors and for other tools. */
export function policyJsonSchema(): object {
  return z.toJSONSchema(policySchema, { io: "input", target: "draft-2020-12" });
}

function checkPolicy(value: unknown, lineOf: (place: string) => number | null): PolicyParseResult {
  try {
    const hidden = hiddenKeyPath(value, []);
    if (hidden !== null) return invalid(placeOf(hidden), null, "the key __proto__ is refused; remove it");
    const parsed = policySchema.safeParse(value);
    if (parsed.success) return { outcome: "ok", policy: parsed.data };
    const issues = parsed.error.issues
      .slice(0, MAX_ISSUES)
      .flatMap(flatten)
      // Again: one issue can name any number of unknown keys.
      .slice(0, MAX_ISSUES)
      .map(({ path, message }) => {
        const place = placeOf(path);
        return { place, line: lineOf(place) ?? lineOf(placeOf(path.slice(0, -1))), message };
      });
    return { outcome: "invalid", issues };
  } catch {
    // Getters, proxies, cycles and the like: not JSON, whatever it is.
    return invalid("", null, "could not be read as plain JSON values");
  }
}

function invalid(place: string, line: number | null, message: string): PolicyParseResult {
  return { outcome: "invalid", issues: [{ place, line, message }] };
}

type Issue = z.core.$ZodIssue;
type FlatIssue = { readonly path: readonly PropertyKey[]; readonly message: string };

/** One issue for each thing to change: the branch of a union that was meant, each unknown key at its own place. */
function flatten(issue: Issue): readonly FlatIssue[] {
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        path: [...issue.path, key],
        message: "is not a field of a policy; remove it, or correct its spelling",
      }));
    case "invalid_key":
      return issue.issues.map(({ message }) => ({ path: issue.path, message }));
    case "invalid_union": {
      const meant = issue.errors.find((branch) => !branch.some(isWrongType));
      if (meant === undefined)
        return [
          {
            path: issue.path,
            message: 'must be the name of a program, or an object such as {"program": "git"}',
          },
        ];
      return meant.flatMap(flatten).map(({ path, message }) => ({ path: [...issue.path, ...path], message }));
    }
    default:
      return [{ path: issue.path, message: issue.message }];
  }
}

function isWrongType(issue: Issue): boolean {
  return issue.code === "invalid_type" && issue.path.length === 0;
}

/** zod drops an own key `__proto__` of a record in silence; a policy that has one is not what it seems. */
function hiddenKeyPath(value: unknown, path: readonly PropertyKey[]): readonly PropertyKey[] | null {
  if (typeof value !== "object" || value === null) return null;
  if (path.length > 32) throw new RangeError("nested too deeply");
  for (const [key, member] of Object.entries(value)) {
    const memberPath = [...path, Array.isArray(value) ? Number(key) : key];
    const found = key === "__proto__" ? memberPath : hiddenKeyPath(member, memberPath);
    if (found !== null) return found;
  }
  return null;
}
