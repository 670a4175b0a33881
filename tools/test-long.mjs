// What takes too long for every change: the core's tests and a native plugin in Node.js under Valgrind,
// kill -9 at many more moments, the send queue's large scenarios (half an hour; with DCMTK), the fuzzers for
// longer, under each sanitizer as well.
//
//   node tools/test-long.mjs [--seconds 60] [--quick]     seconds: of each fuzzer
//                                                         --quick: a few of the core's tests under
//                                                         Valgrind, nothing else
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { nodeBinary } from "./native/addon.mjs";
import { buildCore, linkTest } from "./native/core-tests.mjs";
import {
  absent,
  conclude,
  include,
  report,
  requireCompiler,
  root,
  run,
} from "./native/toolchain.mjs";
import { testEnvironment, testFlags } from "./test-process.mjs";

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "60" }, quick: { type: "boolean" } },
});

const quickTests = ["abi_test", "ownership_test", "revive_test"];

/** Exit code 9 if there is anything. What Node.js reads without having written it is not looked at. */
const valgrind = (checks) => [
  "valgrind",
  "-q",
  "--error-exitcode=9",
  "--leak-check=full",
  "--show-leak-kinds=definite",
  "--errors-for-leak-kinds=definite",
  `--suppressions=${join(root, "native/test/suppressions/valgrind.supp")}`,
  `--undef-value-errors=${checks}`,
];

/** One command under Valgrind. */
async function underValgrind(name, command, { checks = "yes", env = {} } = {}) {
  const [first, ...args] = [...valgrind(checks), ...command];
  const { code, output, seconds } = await run(first, args, { BATON_INCLUDE: include, ...env });
  const detail =
    code === 0 ? `nothing reported, ${seconds.toFixed(1)} s` : `exit ${code}\n${output}`;
  report(code === 0, "valgrind", name, detail);
}

async function checkMemory() {
  if (spawnSync("valgrind", ["--version"]).status !== 0) {
    return absent("valgrind", "memory", "it is not installed (Debian: apt-get install valgrind)");
  }
  const objects = await buildCore("plain");
  if (objects === null) return;
  const all = [...objects.keys()].filter((stem) => stem.endsWith("_test"));
  for (const stem of values.quick ? quickTests : all) {
    const program = await linkTest("plain", stem, objects);
    // One thread at a time: a storm is short there.
    const env = { BATON_OPERATIONS: "60" };
    if (program !== null) await underValgrind(stem, [program], { env });
  }
  if (values.quick) return;
  const test = ["--env-file=test/test.env", "test/native/host-ownership.test.ts"];
  await underValgrind("Node.js host-ownership", [nodeBinary(), ...test], { checks: "no" });
}

/** A script of package.json's, and what it says at its end. */
async function script(name, args, env = {}) {
  const [command, ...first] = args;
  const { code, output, seconds } = await run(command, first, env);
  const detail = code === 0 ? `${seconds.toFixed(1)} s` : `exit ${code}\n${output}`;
  report(code === 0, "long", name, detail);
}

/** The tests of a folder that have a long form. */
const longForms = (folder) =>
  readdirSync(join(root, folder), { recursive: true })
    .map((name) => join(folder, name))
    .filter((path) => path.endsWith(".test.ts"))
    .filter((path) => readFileSync(join(root, path), "utf8").includes("BATON_LONG"));

requireCompiler();
await checkMemory();
if (!values.quick) {
  const node = nodeBinary();
  const test = [node, ...testFlags];
  for (const file of [
    "test/native/host-kill-nine.test.ts",
    "test/e2e/a-submitted-job-survives-kill-nine.test.ts",
    "test/e2e/a-cut-log-keeps-what-came-before.test.ts",
    "test/e2e/any-request/any-request.property.test.ts",
    ...longForms("plugins/send-queue/test"),
  ]) {
    await script(file, [...test, file], { ...testEnvironment, BATON_LONG: "1" });
  }
  for (const way of ["plain", "asan", "tsan"]) {
    const fuzz = [node, join(root, "tools/fuzz.mjs"), "--way", way, "--seconds", values.seconds];
    await script(`fuzz, ${way}`, fuzz);
  }
}
conclude("long");
