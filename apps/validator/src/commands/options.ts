import { Option } from "commander";
import { z } from "zod";
import { ValidatorError } from "../errors.ts";

const MAX_MEMORY_MIB = 4096;

export const MIB = 1024 * 1024;

/** A whole number written in digits, and nothing else: no `1e3`, no `0x10`, no spaces. */
export function digits(unit: string, minimum: number, maximum: number) {
  const error = `must be a whole number of ${unit} from ${minimum} to ${maximum}`;
  return z
    .string()
    .regex(/^-?\d+$/, { error })
    .transform(Number)
    .pipe(z.int({ error }).min(minimum, { error }).max(maximum, { error }));
}

/** What every command says about a module that it is given, as commander has read it. */
export const moduleOptions = {
  abi: z.enum(["auto", "head", "pr33"]),
  deterministic: z.boolean().default(false),
  memoryMib: digits("MiB", 1, MAX_MEMORY_MIB),
  json: z.boolean().default(false),
};

export const abiOption = () =>
  new Option("--abi <level>", "the guest contract").choices(["auto", "head", "pr33"]).default("auto");

export const memoryOption = () =>
  new Option("--memory-mib <n>", "memory that the challenge may use").default("512");

export const jsonOption = () =>
  new Option("--json", "print one JSON object on standard output, and nothing else there");

/**
 * Checks what commander read. All that is wrong is said at once.
 *
 * @throws {ValidatorError} `USAGE`.
 */
export function parseOptions<T>(schema: z.ZodType<T>, options: unknown): T {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${flagOf(path)} ${message}`);
  throw new ValidatorError({ code: "USAGE", problems });
}

function flagOf(path: readonly PropertyKey[]): string {
  return `--${String(path[0]).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
