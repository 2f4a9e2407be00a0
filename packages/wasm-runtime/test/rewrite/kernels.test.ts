import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { type KernelRun, runKernels, runPlainKernels } from "../support/kernels.ts";

const FIXTURE = fileURLToPath(new URL("../fixtures/runs-kernels.ts", import.meta.url));

describe("every kernel of the benchmark", () => {
  let runs: readonly KernelRun[] = [];
  beforeAll(() => {
    runs = runKernels();
  });

  it("computes the same as it does unmetered", () => {
    const plain = runPlainKernels();

    expect(plain.length).toBe(8);
    for (const { kernel, observed } of plain) {
      const metered = runs.find((run) => run.kernel === kernel)?.observed;
      expect(observed.outcome).toHaveProperty("returned");
      expect({ ...metered, fuel: "0" }).toEqual(observed);
    }
  });

  it("takes the same fuel and gives the same result and memory in 20 runs, for slices of 1000 fuel up to all of it", () => {
    const byKernel = Map.groupBy(runs, ({ kernel }) => kernel);

    expect(byKernel.size).toBe(8);
    for (const each of byKernel.values()) {
      expect(each.length).toBe(20);
      expect(each.map(({ slice }) => slice).slice(0, 2)).toEqual(["1000", "77777"]);
      for (const { observed } of each) expect(observed).toEqual(each[0]?.observed);
    }
  });

  it.each(["--no-liftoff", "--liftoff-only"])(
    "does all of that under another compiler of the engine: %s",
    (flag) => {
      const output = execFileSync(process.execPath, [flag, FIXTURE], { encoding: "utf8" });

      expect(JSON.parse(output)).toEqual(runs);
    },
  );
});
