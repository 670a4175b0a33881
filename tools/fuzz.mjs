// Lets everybody act at random, first in C++ against the core alone, then in Node.js with a plugin in C
// and one in TypeScript, and compares what happens with what may: see native/test/storm_test.cc and
// test/native/host-fuzz.test.ts. Each round says its seed before it begins.
//
//   npm run fuzz -- [--seconds 60] [--seed N] [--threads 4] [--operations N] [--way plain|asan|tsan]
//                   [--only core|node]
//
// `seconds` for both together. In Node.js a checker (`way`) has an addon of its own.
import { parseArgs } from "node:util";
import { buildSamples, linkAddon, nodeBinary } from "./native/addon.mjs";
import { buildCore, linkTest } from "./native/core-tests.mjs";
import { preload, runNodeTests } from "./native/node-tests.mjs";
import { conclude, execute, report, requireCompiler, run } from "./native/toolchain.mjs";
import { testEnvironment, testFlags } from "./test-process.mjs";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 1_000_000)) },
    threads: { type: "string", default: "" },
    operations: { type: "string", default: "" },
    way: { type: "string", default: "plain" },
    only: { type: "string" },
  },
});
const { way } = values;
const share = values.only === undefined ? 2 : 1;
const env = {
  BATON_SECONDS: String(Math.max(1, Math.round(Number(values.seconds) / share))),
  BATON_SEED: values.seed,
  BATON_THREADS: values.threads,
  BATON_OPERATIONS: values.operations,
};

async function fuzzCore() {
  const objects = await buildCore(way);
  if (objects === null) return;
  const program = await linkTest(way, "storm_test", objects);
  if (program === null) return;
  tell("core", await execute(way, program, { env }));
}

async function fuzzNode() {
  const files = ["test/native/host-fuzz.test.ts"];
  if (way === "plain") {
    const args = [...testFlags, ...files];
    return tell("Node.js", await run(nodeBinary(), args, { ...testEnvironment, ...env }));
  }
  const { path, missing } = await preload(way);
  if (missing !== null) return report(false, way, "Node.js", `${missing} is not installed`);
  const addon = await linkAddon(way);
  const samples = await buildSamples(way);
  if (addon === null || samples === null) return;
  const ended = await runNodeTests(way, { preloaded: path, addon, samples, files, env });
  const code = ended.reports.length > 0 ? `${ended.reports.length} reports` : ended.code;
  tell("Node.js", { ...ended, code, output: [ended.output, ...ended.reports].join("\n") });
}

/** The last seed said is the one to repeat. */
function tell(what, { code, output, seconds }) {
  const rounds = [...output.matchAll(/BATON_SEED=(\d+)$/gm)];
  const last = rounds.at(-1)?.[1] ?? values.seed;
  const well = `${rounds.length} rounds from seed ${values.seed}, ${seconds.toFixed(1)} s`;
  report(code === 0, way, what, code === 0 ? well : `exit ${code}, seed ${last}\n${output}`);
}

requireCompiler();
console.log(`fuzz: seed ${values.seed}`);
if (values.only !== "node") await fuzzCore();
if (values.only !== "core") await fuzzNode();
conclude("fuzz");
