import { defineConfig } from "vitest/config";

/** Source runs as it is: no test needs a build, in this thread or in a worker that it starts. */
const SOURCE_CONDITION = "@assay/source";

/** The test settings of every package; `name` shows in the report. */
export function packageTests(name: string) {
  return defineConfig({
    resolve: { conditions: [SOURCE_CONDITION] },
    ssr: { resolve: { conditions: [SOURCE_CONDITION, "node", "import", "module", "default"] } },
    test: {
      name,
      include: ["test/**/*.test.ts"],
      pool: "forks",
      execArgv: [`--conditions=${SOURCE_CONDITION}`],
      testTimeout: 30_000,
      hookTimeout: 60_000,
      typecheck: { enabled: false },
    },
  });
}
