// The tests of the native core, in one way each: every program of native/test/*_test, and the bugs on
// purpose that show what its checker sees.
import { basename } from "node:path";
import {
  compile,
  compileAll,
  coreFolder,
  execute,
  librarySources,
  link,
  openWay,
  report,
  sources,
  testFolder,
  together,
} from "./toolchain.mjs";

/**
 * Bugs on purpose, one of each class: what is compiled with which flag, which program must fail then, in
 * which way it is built, and what it must say. `in` is a source of the core, or seeded_test itself for
 * bugs that a plugin would have.
 */
const seeds = [
  {
    way: "asan",
    flag: "SEED_LEAK",
    in: "seeded_test",
    says: /LeakSanitizer: detected memory leaks/,
  },
  { way: "asan", flag: "SEED_USE_AFTER_FREE", in: "seeded_test", says: /heap-use-after-free/ },
  { way: "tsan", flag: "SEED_RACE", in: "seeded_test", says: /data race/ },
  ...["seeded_test", "storm_test"].flatMap((program) => [
    {
      way: "asan",
      flag: "BATON_SEED_DOUBLE_FINALIZE",
      in: "payload",
      program,
      says: /double-free|heap-use-after-free/,
    },
    {
      way: "asan",
      flag: "BATON_SEED_USE_AFTER_FREE",
      in: "payload",
      program,
      says: /heap-use-after-free/,
    },
  ]),
  {
    way: "plain",
    flag: "BATON_SEED_LEAK",
    in: "payload",
    program: "ownership_test",
    says: /finalize/,
  },
  {
    way: "plain",
    flag: "BATON_SEED_LEAK",
    in: "payload",
    program: "storm_test",
    says: /finalized/,
  },
  {
    way: "plain",
    flag: "BATON_SEED_SUBMIT_TAKES",
    in: "submission",
    program: "ownership_test",
    says: /2 is not 19/,
  },
  {
    way: "plain",
    flag: "BATON_SEED_SUBMIT_TAKES",
    in: "submission",
    program: "storm_test",
    // The payload is gone, or a later call finds a stale handle that nobody else has used up.
    says: /finalized_ == 0|Contended\(call\)/,
  },
  {
    way: "plain",
    flag: "BATON_SEED_OVERLAP",
    in: "kernel",
    program: "storm_test",
    // Two callbacks at once: one meets the other, or what the other has finalized.
    says: /inside\.exchange|drop_->/,
  },
  {
    way: "tsan",
    flag: "BATON_SEED_OVERLAP",
    in: "kernel",
    program: "storm_test",
    says: /data race|heap-use-after-free|inside\.exchange|drop_->/,
  },
  {
    way: "tsan",
    flag: "BATON_SEED_RACE",
    in: "handle_part",
    program: "storm_test",
    says: /data race/,
  },
];

const stemOf = (source) => basename(source).replace(/\.\w+$/, "");

/** What every program is made of, besides the core: no program of its own, and no test. */
const supportStems = sources(testFolder, /\.cc$/)
  .map(stemOf)
  .filter((stem) => !stem.endsWith("_test") && stem !== "c_host");

/** Whether a test is meant: by its name, or because none is named. */
export const isNamed = (stem, names) =>
  names.length === 0 || names.some((name) => stem.includes(name));

/**
 * All objects of the core and of its tests, or of those tests whose names contain one of `names`, by
 * stem; null if one does not compile.
 */
export function buildCore(way, names = []) {
  openWay(way);
  const tests = sources(testFolder, /\.(cc|c)$/).filter((source) => {
    const stem = stemOf(source);
    return !stem.endsWith("_test") || isNamed(stem, names);
  });
  return compileAll(way, [...librarySources, ...tests]);
}

/** Links the program of a test, with some objects replaced by others, under another name. */
export function linkTest(way, stem, objects, { spoiled = new Map(), name = stem } = {}) {
  const stems = [
    stem,
    ...(stem === "abi_test" ? ["c_host"] : []),
    ...librarySources.map(stemOf),
    ...supportStems,
  ];
  return link(
    way,
    name,
    stems.map((each) => spoiled.get(each) ?? objects.get(each)),
  );
}

/** Runs the programs whose names contain one of `names`; with no names all, and the seeds. */
export async function testCore(way, names = []) {
  const objects = await buildCore(way, names);
  if (objects === null) return;
  const programs = [...objects.keys()].filter((stem) => stem.endsWith("_test"));
  const chosen = names.length > 0 ? [] : seeds.filter((one) => one.way === way);
  const tasks = [
    ...programs.map((stem) => ({ stem, test: () => testProgram(way, stem, objects) })),
    ...chosen.map((seed) => ({ stem: programOf(seed), test: () => testSeed(seed, objects) })),
  ];
  // Those that last go first: else one processor would wait for the last of them.
  const inOrder = [...tasks.filter(isLong), ...tasks.filter((task) => !isLong(task))];
  await together(inOrder.map(({ test }) => test));
}

const isLong = ({ stem }) => stem.includes("storm");

async function testProgram(way, stem, objects) {
  const program = await linkTest(way, stem, objects);
  if (program === null) return;
  const { code, output, seconds } = await execute(way, program);
  const last = output.trim().split("\n").at(-1);
  const well = `${last}, ${seconds.toFixed(1)} s`;
  report(code === 0, way, stem, code === 0 ? well : `exit ${code}\n${output}`);
}

/** Compiles the one source that has this seed, with the seed. */
export function spoil(way, { flag, in: stem }) {
  const folder = stem.endsWith("_test") ? testFolder : coreFolder;
  return compile(way, `${folder}/${stem}.cc`, { defines: [flag] });
}

const programOf = ({ program = "seeded_test" }) => program;

/** A seeded bug must make the test fail, and for the right reason. */
async function testSeed(seed, objects) {
  const { way, flag } = seed;
  const stem = programOf(seed);
  const object = await spoil(way, seed);
  if (object === null) return;
  const spoiled = new Map([[seed.in, object]]);
  const name = `${stem}-${flag}`;
  const program = await linkTest(way, stem, objects, { spoiled, name });
  if (program === null) return;
  let run = await execute(way, program);
  // Of a bug that is about who comes first the first trace may be a crash without a word, and the
  // processors are shared with another program.
  for (let more = 5; more > 0 && !isSeen(seed.says, run); more -= 1) {
    run = await execute(way, program);
  }
  reportSeed(way, name, seed.says, run);
}

const isSeen = (says, { code, output }) => code !== 0 && says.test(output);

/** A checker that says nothing about a bug on purpose, or something else, is no checker. */
function reportSeed(way, name, says, run) {
  const seen = isSeen(says, run);
  const detail = seen
    ? "the bug on purpose is seen"
    : `was not seen, exit ${run.code}\n${run.output}`;
  report(seen, way, name, detail);
}
