import { canonicalSha256 } from "./canonical-json.ts";
import { baseName } from "./command-name.ts";
import { type PinnedProgram, programClosure } from "./pinned-program.ts";
import type { CommandRule, SandboxPolicy } from "./schema.ts";

/** One entry of `allowedCommands` with the file that it means. */
export interface PreparedRule {
  readonly program: PinnedProgram;
  /** Other absolute paths that may ask for it: the same name in other directories of the search path, leading to the same file. */
  readonly otherPaths: readonly string[];
  /** Pinned variables, sorted by name. */
  readonly env: readonly (readonly [string, string])[];
  readonly limits: NonNullable<CommandRule["limits"]>;
}

/** A file that an entry of `blockedCommands` means. `sha256` is `null` where we may not read it. */
export interface BlockedFile {
  readonly realPath: string;
  readonly device: string;
  readonly inode: string;
  readonly sha256: string | null;
}

/** One entry of `blockedCommands` with every file that it means on this host; none when it is not installed. */
export interface BlockedProgram {
  readonly entry: string;
  readonly files: readonly BlockedFile[];
}

/** What a prepared policy is made of. */
export interface PolicyFacts {
  readonly policy: SandboxPolicy;
  readonly rules: readonly PreparedRule[];
  readonly blocked: readonly BlockedProgram[];
}

const MAKER = Symbol("assay.sandbox-policy.prepare");

class Preparation implements PolicyFacts {
  readonly #rulesByCommand = new Map<string, PreparedRule[]>();
  /** Complete and frozen. */
  readonly policy: SandboxPolicy;
  /** SHA-256 of the policy's canonical JSON. The pinned files are not part of it: it is the same on every host. */
  readonly sha256: string;
  /** Whether every program on the search path is allowed. A host should refuse this unless its operator insists. */
  readonly permissive: boolean;
  /** In the order of `allowedCommands`, then, for a permissive policy, what else the search path has. */
  readonly rules: readonly PreparedRule[];
  readonly blocked: readonly BlockedProgram[];
  /** Every file that a plan of this policy may run, interpreters included, each path once. */
  readonly programs: readonly PinnedProgram[];

  // Without the token, `prepared.constructor` would let anybody prepare a policy.
  constructor(maker: symbol, facts: PolicyFacts) {
    if (maker !== MAKER) throw new TypeError("only preparePolicy() makes a prepared policy");
    this.policy = deepFreeze(facts.policy);
    this.sha256 = canonicalSha256(facts.policy);
    this.permissive = facts.policy.permissive;
    this.rules = deepFreeze(facts.rules);
    this.blocked = deepFreeze(facts.blocked);
    const programs = facts.rules.flatMap(({ program }) => programClosure(program));
    this.programs = Object.freeze([...new Map(programs.map((program) => [program.path, program])).values()]);
    // Name first, then path, then real file: the closest match comes first for each command.
    for (const rule of facts.rules) this.#add(rule.program.name, rule);
    for (const rule of facts.rules)
      for (const path of [rule.program.path, ...rule.otherPaths]) this.#add(path, rule);
    for (const rule of facts.rules) if (hasOneIdentity(rule.program)) this.#add(rule.program.realPath, rule);
    Object.freeze(this);
  }

  #add(command: string, rule: PreparedRule): void {
    const rules = this.#rulesByCommand.get(command);
    if (rules === undefined) this.#rulesByCommand.set(command, [rule]);
    else if (!rules.includes(rule)) rules.push(rule);
  }

  static is(this: void, value: unknown): value is Preparation {
    return typeof value === "object" && value !== null && #rulesByCommand in value;
  }

  static rulesFor(this: void, prepared: Preparation, command: string): readonly PreparedRule[] {
    return prepared.#rulesByCommand.get(command) ?? [];
  }
}

/** A policy with its programs found and pinned on this host. Only `preparePolicy` makes one, and `decide` takes no other. */
export type PreparedPolicy = Preparation;

/** @internal */
export const isPreparedPolicy: (value: unknown) => value is PreparedPolicy = Preparation.is;

/** @internal The rules that allow `command`, closest match first. */
export const rulesFor = Preparation.rulesFor;

/** @internal For `preparePolicy` and for tests. */
export function makePreparedPolicy(facts: PolicyFacts): PreparedPolicy {
  return new Preparation(MAKER, facts);
}

/** Files that do the work of many programs, and choose by the name they are started with. */
const MULTI_CALL_FILES = new Set(["busybox", "toybox", "coreutils", "uutils", "uutils-coreutils"]);

/** Whether asking for the real file asks for the same thing as the name: `/bin/busybox` is not the `ls` that leads to it. */
function hasOneIdentity({ name, realPath }: PinnedProgram): boolean {
  const file = baseName(realPath);
  return !MULTI_CALL_FILES.has(file) || baseName(name) === file;
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const member of Object.values(value)) deepFreeze(member);
  return Object.freeze(value);
}
