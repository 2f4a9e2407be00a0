import { spawn } from "node:child_process";

/** The positive control: the same command as a bare child of this process, with nothing that protects. */
export async function runUnprotected(
  argv: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string } = {},
): Promise<{ readonly exitCode: number | null; readonly stdout: string }> {
  const [command = "", ...args] = argv;
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "ignore"],
    env: options.env ?? process.env,
    cwd: options.cwd,
  });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    stdout += chunk;
  });
  // `exit` and not `close`: a descendant may hold standard output for ever.
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once("exit", resolve);
    child.once("error", reject);
  });
  return { exitCode, stdout };
}
