import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./command.mjs";
import { rebuildGuests } from "./guests.mjs";
import { rebuildKernels } from "./kernels.mjs";

/** Everything that must hold, in the order in which it is cheapest to learn that it does not. Always ends with `N passed, N failed`. */
export async function runTests({ rustGuests }) {
  const counts = { passed: 0, failed: 0 };
  const check = (name, exitCode) => {
    counts[exitCode === 0 ? "passed" : "failed"] += 1;
    if (exitCode !== 0) console.error(`✗ ${name}`);
  };
  check("types", run("pnpm", ["run", "types"]));
  check("lint", run("pnpm", ["run", "lint"]));
  addTests(counts);
  if (rustGuests) {
    check("Rust guests equal their sources", rebuildGuests());
    check("the benchmark's kernels equal their sources", rebuildKernels());
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  return counts.failed === 0 ? 0 : 1;
}

function addTests(counts) {
  const directory = mkdtempSync(join(tmpdir(), "assay-tests-"));
  const report = join(directory, "report.json");
  try {
    const exitCode = run("pnpm", [
      "exec",
      "vitest",
      "run",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${report}`,
    ]);
    const { numPassedTests, numTotalTests } = JSON.parse(readFileSync(report, "utf8"));
    // Skipped and pending tests count as failed: nothing here may look green without having run.
    const notPassed = numTotalTests - numPassedTests;
    counts.passed += numPassedTests;
    counts.failed += exitCode !== 0 && notPassed === 0 ? 1 : notPassed;
  } catch (error) {
    console.error(`The tests left no report: ${error.message}`);
    counts.failed += 1;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
