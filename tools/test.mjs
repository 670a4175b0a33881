// Runs the tests: all of them, or those that are named.
//
//   node tools/test.mjs [--option of node --test]… [file or pattern…]
import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { testEnvironment, testFlags } from "./test-process.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const words = process.argv.slice(2);
const options = words.filter((word) => word.startsWith("-"));
const named = words.filter((word) => !word.startsWith("-"));
const all = ["test/**/*.test.ts", "plugins/*/test/**/*.test.ts"];

/** Most files wait for processes, timers and disks: more of them than processors keep these busy. */
const concurrency = availableParallelism() + 1;

/** Of one test, in seconds; a test with a limit of its own keeps that. The long forms run thousands of rounds. */
const longest = process.env["BATON_LONG"] === "1" ? 3600 : 120;

// Of what the tests are written in, older ones do not know `using`, or how to strip types.
if (Number.parseInt(process.versions.node, 10) < 24) {
  console.error(
    `The tests need Node.js 24; this is ${process.versions.node}. \`npm test\` runs them on the one ` +
      "that npm ci brings, where there is one for the platform.",
  );
  process.exit(2);
}
const { status } = spawnSync(
  process.execPath,
  [
    ...testFlags,
    `--test-timeout=${longest * 1000}`,
    `--test-concurrency=${concurrency}`,
    ...options,
    ...(named.length > 0 ? named : all),
  ],
  { cwd: root, stdio: "inherit", env: { ...process.env, ...testEnvironment } },
);
process.exitCode = status ?? 1;
