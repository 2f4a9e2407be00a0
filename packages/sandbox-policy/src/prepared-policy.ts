import { canonicalSha256 } from "./canonical-json.ts";
import { type PinnedProgram, programClosure } from "./pinned-program.ts";
import type { CommandRule, SandboxPolicy } from "./schema.ts";

/** One entry of `allowedCommands` with the file that it means. */
export interface PreparedRule {
  readonly program: PinnedProgram;
  /** Pinned variables, sorted by name. */
  readonly env: readonly (readonly [string, string])[];
  readonly limits: NonNullable<CommandRule["limits"]>;
}

/** A file that an entry of `blockedCommands` means. */
export interface BlockedFile {
  readonly realPath: string;
  readonly device: string;
  readonly inode: string;
  readonly sha256: string;
}

/** One entry of `blockedCommands` with every file that it means on this host; none when it is not installed. */
export interface BlockedProgram {
  readonly entry: string;
  readonly files: readonly BlockedFile[];
}

/** @internal */
export interface PolicyFacts {
  readonly policy: SandboxPolicy;
  readonly rules: readonly PreparedRule[];
  readonly blocked: readonly BlockedProgram[];
}

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
  /** Every file that a plan of this policy may run, interpreters included, each real file once. */
  readonly programs: readonly PinnedProgram[];

  constructor(facts: PolicyFacts) {
    this.policy = deepFreeze(facts.policy);
    this.sha256 = canonicalSha256(facts.policy);
    this.permissive = facts.policy.permissive;
    this.rules = deepFreeze(facts.rules);
    this.blocked = deepFreeze(facts.blocked);
    const programs = facts.rules.flatMap(({ program }) => programClosure(program));
    this.programs = Object.freeze([...new Map(programs.map((program) => [program.path, program])).values()]);
    // Name first, then path, then real file: the closest match comes first for each command.
    for (const spelling of ["name", "path", "realPath"] as const) {
      for (const rule of facts.rules) this.#add(rule.program[spelling], rule);
    }
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
  return new Preparation(facts);
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const member of Object.values(value)) deepFreeze(member);
  return Object.freeze(value);
}
