// Tests of Node.js in which the host addon and every plugin are instrumented. Node.js itself is not, so
// the checker's library is preloaded, into the processes that the tests start too. What it reports goes
// to files: a child may be expected to end with an error of its own, and what it wrote be thrown away.
import { mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { testEnvironment, testFlags } from "../test-process.mjs";
import { nodeBinary, pluginFlags, runtimeLibrary } from "./addon.mjs";
import { launcherOf, root, run } from "./toolchain.mjs";

const suppressions = (name) => join(root, "native/test/suppressions", name);

/** Of each checker: libraries to preload, and settings given where its reports go. */
export const checkers = {
  asan: {
    libraries: ["libasan.so", "libubsan.so"],
    settings: (reports) => ({
      ASAN_OPTIONS: `detect_leaks=1:exitcode=86:log_path=${reports}`,
      UBSAN_OPTIONS: `print_stacktrace=1:log_path=${reports}`,
      LSAN_OPTIONS: `suppressions=${suppressions("lsan.supp")}:print_suppressions=0`,
    }),
    isOurs: () => true,
  },
  tsan: {
    libraries: ["libtsan.so"],
    settings: (reports) => ({
      // How a process ends is its own affair here: only the reports count.
      TSAN_OPTIONS: `exitcode=0:halt_on_error=0:ignore_noninstrumented_modules=1:second_deadlock_stack=1:log_path=${reports}`,
    }),
    // Node.js and V8 use atomics that TSan does not see: what names no file of ours is theirs.
    isOurs: (report) => /\b(native\/(src|include|test)|test\/native|plugins\/hello)/.test(report),
  },
};

/** What must be preloaded; null and the missing one's name, if there is one. */
export async function preload(way) {
  const found = [];
  for (const name of checkers[way].libraries) {
    const path = await runtimeLibrary(name);
    if (path === null) return { path: null, missing: name };
    found.push(path);
  }
  return { path: found.join(" "), missing: null };
}

/**
 * Runs test files; resolves with what `run` resolves with, and `reports`, a text for each thing that the
 * checker has seen in any of the processes. `name`: another one for each run of a way at the same time.
 */
export async function runNodeTests(way, { name = "tests", files, env = {}, ...setting }) {
  const folder = join(root, "build-native", way, "reports", name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const node = nodeBinary();
  const [command, ...first] = [...(await launcherOf(way, node)), node];
  const ended = await run(
    command,
    [
      ...first,
      ...testFlags,
      "--test-timeout=300000",
      "--test-reporter=spec",
      "--test-concurrency=2",
      ...files,
    ],
    {
      ...testEnvironment,
      ...checkers[way].settings(join(folder, "report")),
      LD_PRELOAD: setting.preloaded,
      BATON_HOST_ADDON: setting.addon,
      BATON_TEST_PLUGINS: setting.samples,
      BATON_TEST_CC: "gcc",
      BATON_TEST_CFLAGS: pluginFlags(way),
      BATON_SANITIZED: way,
      ...env,
    },
  );
  return { ...ended, reports: readReports(folder).filter(checkers[way].isOurs) };
}

/** A file has what one process reported; one report after the other, between lines of "=". */
function readReports(folder) {
  return readdirSync(folder).flatMap((file) =>
    readFileSync(join(folder, file), "utf8")
      .split(/^={5,}$/m)
      .map((text) => text.trim())
      .filter((text) => text !== ""),
  );
}
