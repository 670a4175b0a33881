// Runs what is native under the sanitizers: the tests of the core (plain, ASan+UBSan+LSan, TSan; see
// test-native.mjs), then the tests of native plugins in Node.js with an instrumented host addon and
// instrumented plugins, and proves with bugs on purpose that these would be seen there. Nothing may be
// reported.
//
//   node tools/test-sanitize.mjs [--node] [name…]     --node: only the second half
//                                                     name: only tests whose file name contains one
//
// Linux, with gcc and its runtime libraries (libasan, libubsan, libtsan; they come with g++).
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { buildSamples, linkAddon } from "./native/addon.mjs";
import { isNamed, spoil, testCore } from "./native/core-tests.mjs";
import { testHeader, testThreadSafety } from "./native/header-tests.mjs";
import { testHpp } from "./native/hpp-tests.mjs";
import { preload, runNodeTests } from "./native/node-tests.mjs";
import {
  absent,
  conclude,
  report,
  requireCompiler,
  root,
  together,
  ways,
} from "./native/toolchain.mjs";

const words = process.argv.slice(2);
const nodeOnly = words.includes("--node");
const names = words.filter((word) => !word.startsWith("--"));

const inTests = (folder, pattern) =>
  readdirSync(join(root, "test", folder))
    .filter((file) => pattern.test(file))
    .map((file) => `test/${folder}/${file}`);

/**
 * What is left out, and why. Under ASan: what is about numbers, files or refusals alone, and what has
 * kill -9 for its end (then nothing is reported). Under TSan, where Node.js starts ten times slower:
 * all but what brings native threads, the loop and closing together.
 */
const skipped = /abi-table|is-looked-for|host-kill-nine|host-retry-ranges|host-numbers/;
const underTsan =
  /binding|host-(calls|exit|fuzz|failures|loop-jobs|ownership|rest-waits|routes|slots|storm)/;

const files = {
  asan: [...inTests("native", /\.test\.ts$/), ...inTests("plugins", /^hello.*\.test\.ts$/)].filter(
    (file) => !skipped.test(file),
  ),
  tsan: inTests("native", /\.test\.ts$/).filter((file) => underTsan.test(file)),
};

/** Bugs on purpose in the core, each with the checker that must see it in Node.js. */
const seeds = [
  {
    way: "asan",
    flag: "BATON_SEED_LEAK",
    in: "payload",
    // The plugin of the other one ends the process before leaks are looked for.
    test: "test/native/binding.test.ts",
    says: /LeakSanitizer/,
  },
  { way: "asan", flag: "BATON_SEED_USE_AFTER_FREE", in: "payload", says: /heap-use-after-free/ },
  {
    way: "asan",
    flag: "BATON_SEED_DOUBLE_FINALIZE",
    in: "payload",
    says: /double-free|heap-use-after-free/,
  },
  // Seen by the plugin of the test, which ends the process. (Callbacks that overlap only the core's storm
  // brings about: the engine asks for one thing after the other.)
  {
    way: "asan",
    flag: "BATON_SEED_SUBMIT_TAKES",
    in: "submission",
    says: /must not be|use-after-free/,
  },
  { way: "tsan", flag: "BATON_SEED_RACE", in: "handle_part", says: /data race/ },
];

/** Short, and its plugin's threads do everything at once. */
const seededTest = "test/native/host-fuzz.test.ts";

const clip = (text) => text.split("\n").slice(0, 60).join("\n");

async function testInNode(way) {
  const { path, missing } = await preload(way);
  if (missing !== null) {
    return absent(way, "Node.js", `${missing} is not installed (Debian: apt-get install g++)`);
  }
  const addon = await linkAddon(way);
  const samples = await buildSamples(way);
  if (addon === null || samples === null) return;
  const chosen = files[way].filter((file) => isNamed(file, names));
  const setting = { preloaded: path, samples };
  if (chosen.length > 0) {
    const ended = await runUnbroken(way, { ...setting, addon, files: chosen });
    const well = ended.code === 0 && ended.reports.length === 0;
    const detail = well
      ? `${chosen.length} files, nothing reported, ${ended.seconds.toFixed(1)} s`
      : [`exit ${ended.code}`, ...ended.reports.map(clip), failuresIn(ended.output)].join("\n");
    report(well, way, "Node.js", detail);
  }
  if (names.length > 0) return;
  const chosenSeeds = seeds.filter((one) => one.way === way);
  await together(chosenSeeds.map((seed) => () => testSeed(seed, setting)));
}

/** Runs test files; once more those of which the checker has seen nothing. */
async function runUnbroken(way, order) {
  const ended = await runNodeTests(way, order);
  const unseen = brokenOff(ended);
  if (unseen.length === 0) return ended;
  console.log(`       ${way}: once more, LeakSanitizer broke off: ${unseen.join(", ")}`);
  return runNodeTests(way, { ...order, files: unseen });
}

/** Without the tests that passed; of a run that ended before it said which failed, its last words. */
function failuresIn(output) {
  const from = output.indexOf("failing tests:");
  if (from >= 0) return output.slice(from);
  return /^ℹ fail 0$/m.test(output) ? "" : output.slice(-4000);
}

/**
 * The files of which nothing is known, if that is all that went wrong: LeakSanitizer stops every thread
 * at the end of a process, and breaks off, without a look, when one of them ends at that moment.
 */
function brokenOff({ output, reports }) {
  const isOnlyThat = reports.every((text) =>
    /LeakSanitizer has encountered a fatal error/.test(text),
  );
  if (reports.length === 0 || !isOnlyThat) return [];
  const failed = [...failuresIn(output).matchAll(/^✖ (.+) \([\d.]+ms\)$/gm)].map(
    ([, name]) => name,
  );
  return failed.every((name) => name.endsWith(".test.ts")) ? failed : [];
}

async function testSeed({ way, flag, in: stem, test = seededTest, says }, setting) {
  const object = await spoil(way, { flag, in: stem });
  if (object === null) return;
  const spoiled = new Map([[stem, object]]);
  const addon = await linkAddon(way, { spoiled, name: `baton_host-${flag}` });
  if (addon === null) return;
  const order = { ...setting, name: flag, addon, files: [test], env: { BATON_OPERATIONS: "60" } };
  let seen = false;
  let said = "";
  // A race may go well, the more so as another seed runs at the same time.
  for (let tries = 3; tries > 0 && !seen; tries -= 1) {
    const ended = await runNodeTests(way, order);
    said = [`exit ${ended.code}`, ended.output, ...ended.reports].join("\n");
    seen = (ended.code !== 0 || ended.reports.length > 0) && says.test(said);
  }
  const detail = seen ? "the bug on purpose is seen" : `was not seen, ${said}`;
  report(seen, way, `Node.js ${flag}`, detail);
}

requireCompiler();
if (!nodeOnly) {
  if (names.length === 0) {
    await testHeader();
    await testHpp();
    await testThreadSafety();
  }
  for (const way of Object.keys(ways)) await testCore(way, names);
}
if (process.platform === "linux") {
  for (const way of ["asan", "tsan"]) await testInNode(way);
} else {
  absent("asan", "Node.js", "only tried on Linux");
}
conclude("sanitize");
