import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { execa } from "execa";

/**
 * Runs a program of this folder in a process of its own, where nobody has used memory before it, and reads the JSON that it
 * prints.
 *
 * @param name - the program, without `.ts`.
 * @param onOneCore - whether all of its threads share one processor.
 */
export async function runApart<T>(
  name: string,
  args: readonly (string | number)[],
  { onOneCore }: { readonly onOneCore: boolean },
): Promise<T> {
  const program = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  const node = [process.execPath, ...process.execArgv, "--expose-gc", program, ...args.map(String)];
  const [command = "", ...rest] = onOneCore ? ["taskset", "-c", firstProcessor(), ...node] : node;
  const { stdout } = await execa(command, rest, { stderr: "inherit" });
  return JSON.parse(stdout);
}

/** A container may not have processor 0. */
function firstProcessor(): string {
  const [, first] = /^Cpus_allowed_list:\s*(\d+)/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  if (first === undefined) throw new Error("the kernel does not say which processors there are");
  return first;
}
