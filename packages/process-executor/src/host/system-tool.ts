import { existsSync } from "node:fs";

/** Where the system keeps its tools. PATH is not asked: these run as this process's user. */
const TOOL_DIRECTORIES = ["/usr/bin", "/bin"];

/** The absolute path of a tool that every system has, such as rm(1). */
export function systemTool(name: string): string {
  const paths = TOOL_DIRECTORIES.map((directory) => `${directory}/${name}`);
  return paths.find((path) => existsSync(path)) ?? `${TOOL_DIRECTORIES[0]}/${name}`;
}
