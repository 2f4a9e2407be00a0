import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { baseName, commandNameProblem } from "../command-name.ts";
import type { PinnedProgram } from "../pinned-program.ts";
import type { BlockedFile } from "../prepared-policy.ts";
import { hashFile, type ProgramContents, readProgram } from "./program-contents.ts";
import { type ProgramFault, ProgramRefusal } from "./program-fault.ts";
import type { ProgramFormat } from "./script-line.ts";
import { followTrusted, type WriterOf } from "./trusted-path.ts";

/** A pinned file and the other absolute paths on the search path that lead to it under the same name. */
export type ProgramResolution =
  | { readonly outcome: "ok"; readonly program: PinnedProgram; readonly otherPaths: readonly string[] }
  | { readonly outcome: "refused"; readonly fault: ProgramFault };

export interface ProgramResolver {
  /** Finds and pins what a policy names. A file that others could change is refused, as is one that we cannot run. */
  resolve(name: string): Promise<ProgramResolution>;
  /** Every file that a blocked entry may mean, on the search path and in the system's own directories. */
  identify(entry: string): Promise<readonly BlockedFile[]>;
  /** The names on the search path, each once, the first 16 384 of them. */
  list(): Promise<readonly string[]>;
}

const MAX_LISTED_NAMES = 16_384;
/** Linux runs a script whose interpreter is a script, four times over. */
const MAX_INTERPRETERS = 4;
/** Where a blocked name is looked for even when the search path leaves it out. */
const SYSTEM_DIRECTORIES = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/**
 * Looks at the programs of this host, for one preparation. The only code of the package that does. Each file is read
 * once, however many names lead to it.
 *
 * @param searchPath - absolute directories, the only places where a bare name is looked for.
 */
export function createProgramResolver(searchPath: readonly string[], writerOf: WriterOf): ProgramResolver {
  const contents = new Map<string, Promise<ProgramContents>>();
  const context: PinContext = {
    writerOf,
    read(realPath) {
      const known = contents.get(realPath) ?? readProgram(realPath);
      contents.set(realPath, known);
      return known;
    },
  };
  return {
    async resolve(name) {
      const candidates = candidatesOf(name, searchPath);
      try {
        const path = await firstExisting(candidates);
        if (path === null)
          throw new ProgramRefusal({ kind: "not-found", lookedIn: name.startsWith("/") ? [] : searchPath });
        const program = await pin(name, path, context, 0);
        const others = candidates.filter((candidate) => candidate !== path && candidate !== program.realPath);
        return { outcome: "ok", program, otherPaths: await leadingTo(program.realPath, others) };
      } catch (error) {
        return { outcome: "refused", fault: faultOf(error, name) };
      }
    },
    async identify(entry) {
      const paths = candidatesOf(entry, [...searchPath, ...SYSTEM_DIRECTORIES]);
      const files = await Promise.all([...new Set(paths)].map(identifyFile));
      const known = files.filter((file) => file !== null);
      return [...new Map(known.map((file) => [`${file.device}:${file.inode}`, file])).values()];
    },
    async list() {
      const names = await Promise.all(searchPath.map((directory) => readdir(directory).catch(() => [])));
      const usable = new Set(names.flat().filter((name) => commandNameProblem(name) === null));
      return [...usable].sort().slice(0, MAX_LISTED_NAMES);
    },
  };
}

/** What pinning one program shares with pinning its interpreters. */
interface PinContext {
  readonly writerOf: WriterOf;
  read(realPath: string): Promise<ProgramContents>;
}

function candidatesOf(name: string, directories: readonly string[]): readonly string[] {
  return name.startsWith("/") ? [name] : directories.map((directory) => join(directory, name));
}

async function firstExisting(paths: readonly string[]): Promise<string | null> {
  for (const path of paths) {
    // A link that leads nowhere is passed over, as execvp(3) does. Anything else that is there is the answer, fit or not.
    const reachable = await stat(path).then(
      () => true,
      (error: unknown) => !hasCode(error, "ENOENT", "ENOTDIR"),
    );
    if (reachable) return path;
  }
  return null;
}

async function leadingTo(realPath: string, paths: readonly string[]): Promise<readonly string[]> {
  const real = await Promise.all(paths.map((path) => realpath(path).catch(() => null)));
  return paths.filter((_, index) => real[index] === realPath);
}

async function pin(name: string, path: string, context: PinContext, depth: number): Promise<PinnedProgram> {
  const realPath = await followTrusted(path, context.writerOf);
  const { stats, sha256, format } = await context.read(realPath);
  return {
    name,
    path,
    realPath,
    device: String(stats.dev),
    inode: String(stats.ino),
    sizeBytes: Number(stats.size),
    sha256,
    interpreter: await pinInterpreter(realPath, format, context, depth),
  };
}

async function pinInterpreter(
  script: string,
  format: ProgramFormat,
  context: PinContext,
  depth: number,
): Promise<PinnedProgram | null> {
  if (format.kind === "elf") return null;
  if (format.kind === "unknown") throw new ProgramRefusal({ kind: "unknown-format", path: script });
  if (format.kind === "bad-script")
    throw new ProgramRefusal({ kind: "bad-script", path: script, problem: format.problem });
  if (depth >= MAX_INTERPRETERS) throw new ProgramRefusal({ kind: "too-many-interpreters", path: script });
  const { interpreter } = format;
  try {
    const pinned = await pin(interpreter, interpreter, context, depth + 1);
    // env(1) looks for its argument when the script runs: what it would find then cannot be pinned now.
    if ([interpreter, pinned.realPath].some((path) => baseName(path) === "env"))
      throw new ProgramRefusal({ kind: "env-script", path: script, argument: format.argument ?? "" });
    return pinned;
  } catch (error) {
    if (!(error instanceof ProgramRefusal) || error.fault.kind === "env-script") throw error;
    throw new ProgramRefusal({ kind: "interpreter", path: script, interpreter, cause: error.fault });
  }
}

/** What a blocked path is, whoever owns it; `null` when there is no such file. */
async function identifyFile(path: string): Promise<BlockedFile | null> {
  const stats = await stat(path, { bigint: true }).catch(() => null);
  if (stats === null || !stats.isFile()) return null;
  const realPath = await realpath(path).catch(() => path);
  // Without its contents the file is still known by its device and inode; only a copy of it is not.
  const sha256 = await hashFile(realPath).catch(() => null);
  return { realPath, device: String(stats.dev), inode: String(stats.ino), sha256 };
}

function faultOf(error: unknown, name: string): ProgramFault {
  if (error instanceof ProgramRefusal) return error.fault;
  // A disk that fails in the middle of a file, and the like: the host's fault, and still no reason to run it.
  if (error instanceof Error && "syscall" in error)
    return { kind: "unreadable", path: name, detail: error.message };
  throw error;
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.some((code) => code === error.code);
}
