import { run } from "./command.mjs";

const SUBMISSIONS = ["good.sh", "off-by-one.sh"];

/** Evaluates a good and a bad submission of the programming contest, with the command that a user would type. */
export function demonstrate() {
  const exitCodes = SUBMISSIONS.map((submission) => {
    const args = [
      "evaluate",
      "examples/contest/contest.wasm",
      ...["--submission", `examples/contest/submissions/${submission}`],
      ...["--policy", "examples/contest/contest.policy.json"],
      ...["--log-level", "warn"],
    ];
    console.log(`\n$ assay ${args.join(" ")}\n`);
    return run(process.execPath, ["apps/validator/dist/main.js", ...args]);
  });
  // The second submission is wrong on purpose: 1 is the verdict "not valid", and every other code is a failure of the demonstration.
  return exitCodes.join() === "0,1" ? 0 : 1;
}
