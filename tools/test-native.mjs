// Builds the native core and its tests in three ways (plain, ASan+UBSan, TSan), runs them, and proves with bugs on
// purpose that each checker sees what it is there for. Needs only a C and a C++ compiler.
//
//   node tools/test-native.mjs [--plain] [name…]     name: only tests whose file name contains it
//
// Objects live in build-native/<way>/ and are built again when a file they include is newer.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(fileURLToPath(import.meta.url), "../..");
const include = join(root, "native/include");
const core = join(root, "native/src/core");
const check = join(root, "native/src/check");
const tests = join(root, "native/test");
const cc = process.env["CC"] ?? "gcc";
const cxx = process.env["CXX"] ?? "g++";
const words = process.argv.slice(2);
const plainOnly = words.includes("--plain");
const names = words.filter((word) => !word.startsWith("--"));

const warnings = ["-Wall", "-Wextra", "-Werror"];
const includes = [`-I${include}`, `-I${core}`, `-I${check}`, `-I${tests}`];
const ways = {
  plain: { flags: ["-O1", "-g"], env: {} },
  asan: {
    flags: [
      "-O1",
      "-g",
      "-fno-omit-frame-pointer",
      "-fsanitize=address,undefined",
      "-fno-sanitize-recover=all",
    ],
    env: {
      ASAN_OPTIONS: "detect_leaks=1:detect_stack_use_after_return=1",
      UBSAN_OPTIONS: "print_stacktrace=1",
    },
  },
  tsan: {
    flags: ["-O1", "-g", "-fno-omit-frame-pointer", "-fsanitize=thread"],
    env: { TSAN_OPTIONS: "halt_on_error=1:second_deadlock_stack=1" },
  },
};

/** Bugs on purpose: what is compiled with which flag, and what the checker must say. */
const seeds = [
  {
    way: "asan",
    flag: "SEED_LEAK",
    in: "seeded_test",
    says: /LeakSanitizer: detected memory leaks/,
  },
  { way: "asan", flag: "SEED_USE_AFTER_FREE", in: "seeded_test", says: /heap-use-after-free/ },
  {
    way: "asan",
    flag: "BATON_SEED_DOUBLE_FINALIZE",
    in: "payload",
    says: /attempting double-free/,
  },
  { way: "tsan", flag: "SEED_RACE", in: "seeded_test", says: /data race/ },
];

let failures = 0;

function report(ok, way, name, detail) {
  if (!ok) failures++;
  console.log(`${ok ? "ok    " : "FAILED"} ${way.padEnd(6)} ${name.padEnd(30)} ${detail}`);
}

/** Runs a command; resolves with its exit code and everything it wrote. */
function run(command, args, env = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env } });
    let output = "";
    child.stdout.on("data", (data) => (output += data));
    child.stderr.on("data", (data) => (output += data));
    child.on("error", (error) => done({ code: -1, output: String(error) }));
    child.on("close", (code, signal) => done({ code: code ?? signal, output }));
  });
}

/** Runs tasks, as many at a time as there are processors. */
async function together(tasks) {
  const queue = [...tasks];
  const workers = Array.from(
    { length: Math.min(availableParallelism(), queue.length) },
    async () => {
      for (let task = queue.shift(); task !== undefined; task = queue.shift()) await task();
    },
  );
  await Promise.all(workers);
}

const modified = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

/** True if `object` is newer than every file named in its .d file. */
function isCurrent(object) {
  const made = modified(object);
  const listed = object.replace(/\.o$/, ".d");
  if (made === 0 || !existsSync(listed)) return false;
  const inputs = readFileSync(listed, "utf8")
    .replace(/^[^:]*:/, "")
    .split(/[\s\\]+/)
    .filter(Boolean);
  return inputs.every(
    (input) => modified(resolve(root, input)) > 0 && modified(resolve(root, input)) <= made,
  );
}

/** Compiles one file; returns the object, or null with the failure reported. */
async function compile(way, source, defines = []) {
  const stem =
    basename(source).replace(/\.\w+$/, "") + defines.map((define) => `-${define}`).join("");
  const object = join(root, "build-native", way, `${stem}.o`);
  if (isCurrent(object)) return object;
  const c = source.endsWith(".c");
  const language = c ? ["-std=c99", "-pedantic"] : ["-std=c++17"];
  const flags = defines.map((define) => `-D${define}`);
  const args = [
    ...language,
    ...warnings,
    ...ways[way].flags,
    ...flags,
    ...includes,
    "-MMD",
    "-c",
    source,
    "-o",
    object,
  ];
  const { code, output } = await run(c ? cc : cxx, args);
  if (code === 0) return object;
  report(false, way, stem, `does not compile\n${output}`);
  return null;
}

async function link(way, name, objects) {
  const program = join(root, "build-native", way, name);
  if (modified(program) > Math.max(...objects.map(modified))) return program;
  const { code, output } = await run(cxx, [
    ...ways[way].flags,
    ...objects,
    "-pthread",
    "-ldl",
    "-o",
    program,
  ]);
  if (code === 0) return program;
  report(false, way, name, `does not link\n${output}`);
  return null;
}

const sources = (folder, pattern) =>
  readdirSync(folder)
    .filter((file) => pattern.test(file))
    .toSorted()
    .map((file) => join(folder, file));

/** Some kernels place a program where TSan cannot work; without randomisation it can. */
let launcher = [];
async function findLauncher(program) {
  const { output } = await run(program, ["no such test"], ways.tsan.env);
  if (/unexpected memory mapping/.test(output)) launcher = ["setarch", "-R"];
}

function execute(way, program) {
  const [command, ...args] = way === "tsan" ? [...launcher, program] : [program];
  return run(command, args, { ...ways[way].env, BATON_INCLUDE: include });
}

async function build(way) {
  mkdirSync(join(root, "build-native", way), { recursive: true });
  const objects = new Map();
  const all = [...library(), ...sources(tests, /\.(cc|c)$/)];
  await together(
    all.map(
      (source) => async () =>
        objects.set(basename(source).replace(/\.\w+$/, ""), await compile(way, source)),
    ),
  );
  if ([...objects.values()].includes(null)) return null;
  return objects;
}

/** What is tested: all that knows nothing of Node.js. */
const library = () => [...sources(core, /\.cc$/), ...sources(check, /\.cc$/)];

/** The objects every program is made of. */
const shared = (objects) =>
  [...library().map((source) => basename(source, ".cc")), "support"].map((stem) =>
    objects.get(stem),
  );

async function testOneWay(way) {
  const objects = await build(way);
  if (objects === null) return;
  const programs = [...objects.keys()].filter(
    (stem) =>
      stem.endsWith("_test") && (names.length === 0 || names.some((name) => stem.includes(name))),
  );
  for (const stem of programs) {
    const own =
      stem === "abi_test" ? [objects.get(stem), objects.get("c_host")] : [objects.get(stem)];
    const program = await link(way, stem, [...own, ...shared(objects)]);
    if (program === null) continue;
    if (way === "tsan" && stem === programs[0]) await findLauncher(program);
    const began = process.hrtime.bigint();
    const { code, output } = await execute(way, program);
    const seconds = (Number(process.hrtime.bigint() - began) / 1e9).toFixed(1);
    const last = output.trim().split("\n").at(-1);
    report(code === 0, way, stem, code === 0 ? `${last}, ${seconds} s` : `exit ${code}\n${output}`);
  }
  for (const seed of names.length === 0 ? seeds.filter((one) => one.way === way) : [])
    await testSeed(way, seed, objects);
}

/** A seeded bug must make the test fail, and for the right reason. */
async function testSeed(way, seed, objects) {
  const folder = seed.in.endsWith("_test") ? tests : core;
  const spoiled = await compile(way, join(folder, `${seed.in}.cc`), [seed.flag]);
  if (spoiled === null) return;
  const all = [objects.get("seeded_test"), ...shared(objects)].map((object) =>
    object === objects.get(seed.in) ? spoiled : object,
  );
  const program = await link(way, seed.flag, all);
  if (program === null) return;
  const { code, output } = await execute(way, program);
  const seen = code !== 0 && seed.says.test(output);
  report(
    seen,
    way,
    seed.flag,
    seen ? "the bug on purpose is seen" : `was not seen, exit ${code}\n${output}`,
  );
}

/** Every function pointer of the header ends its comment with a tag line of the closed vocabulary. */
function testTags() {
  const lines = readFileSync(join(include, "baton.h"), "utf8").split("\n");
  const tag =
    /^\s*\* \[(any-thread|loop-thread|job-thread)\]( \[job: (created|running|any)\])? \*\/$/;
  const untagged = lines.flatMap((line, at) => {
    const name = /\(BATON_CALL\* ?(\w+)\)\(/.exec(line)?.[1];
    return name === undefined || tag.test(lines[at - 1] ?? "") ? [] : [name];
  });
  const count = lines.filter((line) => /\(BATON_CALL\* ?\w+\)\(/.test(line)).length;
  report(
    untagged.length === 0 && count > 30,
    "header",
    "tags",
    untagged.length === 0 ? `${count} function pointers` : `no tag line: ${untagged.join(", ")}`,
  );
}

/** The header alone in each language it is for, and the plugin that its first comment shows. */
async function testHeader() {
  const folder = join(root, "build-native/header");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "alone.c"), '#include "baton.h"\n');
  const text = readFileSync(join(include, "baton.h"), "utf8");
  const shown = text.slice(
    text.indexOf(" *   #include <stdlib.h>"),
    text.indexOf(" * CONVENTIONS"),
  );
  writeFileSync(
    join(folder, "hello.c"),
    shown.replaceAll(/^ \*( {3})?/gm, "").replaceAll(/\/\/.*/g, ""),
  );
  const strict = [...warnings, "-pedantic", `-I${include}`, "-fsyntax-only"];
  const cases = [
    { name: "c99", compiler: cc, flags: ["-std=c99"], file: "alone.c" },
    { name: "c11", compiler: cc, flags: ["-std=c11"], file: "alone.c" },
    { name: "c17", compiler: cc, flags: ["-std=c17"], file: "alone.c" },
    { name: "c++17", compiler: cxx, flags: ["-std=c++17", "-x", "c++"], file: "alone.c" },
    { name: "example", compiler: cc, flags: ["-std=c99"], file: "hello.c" },
  ];
  for (const { name, compiler, flags, file } of cases) {
    const { code, output } = await run(compiler, [...strict, ...flags, join(folder, file)]);
    report(code === 0, "header", name, code === 0 ? "compiles strictly" : output);
  }
}

/** clang, where there is one, checks which mutex guards what. */
async function testThreadSafety() {
  const clang = ["clang++", "clang++-19", "clang++-14"].find(
    (name) => spawnSync(name, ["--version"]).status === 0,
  );
  if (clang === undefined)
    return console.log("skip   clang  thread-safety                  there is no clang++ here");
  const bad = [];
  const args = ["-std=c++17", ...warnings, "-Wthread-safety", ...includes, "-fsyntax-only"];
  await together(
    library().map((source) => async () => {
      const { code, output } = await run(clang, [...args, source]);
      if (code !== 0) bad.push(output);
    }),
  );
  report(
    bad.length === 0,
    "clang",
    "thread-safety",
    bad.length === 0 ? "-Wthread-safety -Werror" : bad.join("\n"),
  );
}

if (spawnSync(cxx, ["--version"]).status !== 0) {
  console.error(`There is no C++ compiler: ${cxx} cannot be run. Install one, or name it in CXX.`);
  process.exit(2);
}
mkdirSync(join(root, "build-native"), { recursive: true });
writeFileSync(join(root, "build-native/.gitignore"), "*\n");
if (names.length === 0) {
  testTags();
  await testHeader();
  if (!plainOnly) await testThreadSafety();
}
for (const way of plainOnly ? ["plain"] : Object.keys(ways)) await testOneWay(way);
console.log(failures === 0 ? "native: all is well" : `native: ${failures} failed`);
process.exitCode = failures === 0 ? 0 : 1;
