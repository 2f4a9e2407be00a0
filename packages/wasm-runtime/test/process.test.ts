import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "tsup";
import { expect, it } from "vitest";

const run = promisify(execFile);
const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
const OPEN = fixture("leaves-runtime-open.ts");

it("a process ends by itself when its runtime was never closed", async () => {
  const { stdout } = await run(process.execPath, ["--conditions=@assay/source", OPEN]);

  expect(stdout).toBe("deadline returned\n");
});

it("guests' threads run nothing that the process preloads, and get nothing of its environment", async () => {
  const preload = ["--import", fixture("preloaded.mjs"), "--conditions=@assay/source", OPEN];
  const env = { ...process.env, NODE_OPTIONS: `--import ${fixture("preloaded.mjs")}` };
  const { stdout } = await run(process.execPath, preload, { env });

  expect(stdout.match(/main/g)?.length).toBeGreaterThan(0);
  expect(stdout).not.toContain("thread");
});

it("a guest does not see that its host has no room: the call fails, and not the guest's memory.grow", async () => {
  // The engine reserves addresses for a whole memory, and takes what a growth needs of them as data of the process.
  const grow = async (dataKib: string) => {
    const script = `ulimit -d ${dataKib} && exec "$0" --conditions=@assay/source "$1"`;
    const { stdout } = await run("sh", ["-c", script, process.execPath, fixture("grows-memory.ts")]);
    return stdout;
  };

  expect(await grow("3000000")).toBe("MEMORY_UNAVAILABLE\n");
  expect(await grow("unlimited")).toBe("returned 1\n");
});

it("runs as built JavaScript: the thread's entry point is found beside the bundle", async () => {
  const packageDirectory = fileURLToPath(new URL("..", import.meta.url));
  const directory = await mkdtemp(join(packageDirectory, "node_modules", "built-"));
  try {
    await build({
      config: false,
      entry: {
        index: join(packageDirectory, "src/index.ts"),
        "guest-thread": join(packageDirectory, "src/guest-thread.ts"),
        fixture: OPEN,
      },
      outDir: directory,
      format: ["esm"],
      target: "node24",
      splitting: true,
      silent: true,
      noExternal: [/^@assay\//],
      esbuildOptions: (options) => {
        options.conditions = ["@assay/source"];
      },
    });
    await writeFile(join(directory, "package.json"), '{ "type": "module" }');
    const built = join(directory, "fixture.js");
    const { stdout } = await run(process.execPath, [built], { env: {} });

    expect(stdout).toBe("deadline returned\n");
  } finally {
    await rm(directory, { recursive: true });
  }
});
