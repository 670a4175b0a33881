// What builds and runs native code for the tests: three ways (plain, ASan+UBSan, TSan), objects in
// build-native/<way>/ that are built again when a file they include is newer. Needs only a C and a C++
// compiler. The objects of the core are position independent: the tests' programs and the
// instrumented host addon are made of the same ones.
import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { availableParallelism } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(fileURLToPath(import.meta.url), "../../..");
export const include = join(root, "native/include");
export const coreFolder = join(root, "native/src/core");
const checkFolder = join(root, "native/src/check");
export const testFolder = join(root, "native/test");
export const cc = process.env["CC"] ?? "gcc";
export const cxx = process.env["CXX"] ?? "g++";

/** Set by continuous integration: what a developer may lack is then an error. */
export const requirePeers = process.env["BATON_REQUIRE_PEERS"] === "1";

export const warnings = ["-Wall", "-Wextra", "-Werror"];
export const includes = [include, coreFolder, checkFolder, testFolder].map(
  (folder) => `-I${folder}`,
);

/** Enough for a report to name functions and lines; to describe variables as well takes half as long again. */
const lines = ["-O1", "-g1", "-fPIC"];
const traceable = [...lines, "-fno-omit-frame-pointer"];

export const ways = {
  plain: { flags: lines, env: {} },
  asan: {
    flags: [...traceable, "-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
    env: {
      ASAN_OPTIONS: "detect_leaks=1:detect_stack_use_after_return=1",
      UBSAN_OPTIONS: "print_stacktrace=1",
    },
  },
  tsan: {
    flags: [...traceable, "-fsanitize=thread"],
    env: { TSAN_OPTIONS: "halt_on_error=1:second_deadlock_stack=1" },
  },
};

let failures = 0;
let looks = 0;

/** One line for each thing that was looked at, as it comes. */
export function report(ok, way, name, detail) {
  looks++;
  if (!ok) failures++;
  console.log(`${ok ? "ok    " : "FAILED"} ${way.padEnd(6)} ${name.padEnd(30)} ${detail}`);
}

/** What cannot be looked at here: one line, and a failure where everything must be there. */
export function absent(way, name, why) {
  if (requirePeers) return report(false, way, name, why);
  looks++;
  console.log(`skip   ${way.padEnd(6)} ${name.padEnd(30)} ${why}`);
}

/** The last line, and the exit code of this process. */
export function conclude(what) {
  if (looks === 0) report(false, "", what, "no test has such a name");
  console.log(failures === 0 ? `${what}: all is well` : `${what}: ${failures} failed`);
  process.exitCode = failures === 0 ? 0 : 1;
}

/** Runs a command; resolves with its exit code (or signal), everything it wrote, and seconds. */
export function run(command, args, env = {}) {
  const began = performance.now();
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env } });
    const end = (code) => done({ code, output, seconds: (performance.now() - began) / 1000 });
    let output = "";
    child.stdout.on("data", (data) => (output += data));
    child.stderr.on("data", (data) => (output += data));
    child.on("error", (error) => {
      output = String(error);
      end(-1);
    });
    child.on("close", (code, signal) => end(code ?? signal));
  });
}

/** Runs tasks, as many at a time as there are processors. */
export async function together(tasks) {
  const queue = [...tasks];
  const workers = Array.from(
    { length: Math.min(availableParallelism(), queue.length) },
    async () => {
      for (let task = queue.shift(); task !== undefined; task = queue.shift()) await task();
    },
  );
  await Promise.all(workers);
}

/** Ends the process with one sentence if there is no compiler. */
export function requireCompiler() {
  if (spawnSync(cxx, ["--version"]).status === 0) return;
  console.error(`There is no C++ compiler: ${cxx} cannot be run. Install one, or name it in CXX.`);
  process.exit(2);
}

/** The folder of one way's objects; emptied when its flags are others than last time. */
export function openWay(way) {
  const folder = join(root, "build-native", way);
  const flags = [cc, cxx, ...ways[way].flags].join(" ");
  const noted = join(folder, "flags");
  if (!existsSync(noted) || readFileSync(noted, "utf8") !== flags) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(root, "build-native/.gitignore"), "*\n");
    writeFileSync(noted, flags);
  }
  return folder;
}

/** When a file was changed; 0: there is none. */
export const modified = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

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

const cpp = ["-std=c++17"];

/** Headers of the standard library that most files include, and what takes most of their time. */
const prefix =
  `algorithm atomic chrono condition_variable cstdint cstring deque functional map memory mutex
  optional string string_view thread unordered_map utility vector`
    .split(/\s+/)
    .map((name) => `#include <${name}>\n`)
    .join("");

const prefixes = new Map();

/** The header of these, read once for all files of a way. Without it every file compiles as well. */
function prefixOf(way) {
  if (!prefixes.has(way)) prefixes.set(way, makePrefix(way));
  return prefixes.get(way);
}

async function makePrefix(way) {
  const header = join(root, "build-native", way, "prefix.h");
  const made = `${header}.gch`;
  if (existsSync(made) && existsSync(header) && readFileSync(header, "utf8") === prefix)
    return header;
  writeFileSync(header, prefix);
  await run(cxx, [...cpp, ...warnings, ...ways[way].flags, "-x", "c++-header", header, "-o", made]);
  return header;
}

/** Compiles one file; returns the object, or null with the failure reported. */
export async function compile(way, source, { defines = [], flags = [] } = {}) {
  const stem =
    basename(source).replace(/\.\w+$/, "") + defines.map((define) => `-${define}`).join("");
  const object = join(root, "build-native", way, `${stem}.o`);
  if (isCurrent(object)) return object;
  const c = source.endsWith(".c");
  const language = c ? ["-std=c99", "-pedantic"] : [...cpp, "-include", await prefixOf(way)];
  const { code, output } = await run(c ? cc : cxx, [
    ...language,
    ...warnings,
    ...ways[way].flags,
    ...flags,
    ...defines.map((define) => `-D${define}`),
    ...includes,
    "-MMD",
    "-c",
    source,
    "-o",
    object,
  ]);
  if (code === 0) return object;
  report(false, way, stem, `does not compile\n${output}`);
  return null;
}

/** Links a program, or with `-shared` among `flags` a library; null with the failure reported. */
export async function link(way, name, objects, flags = []) {
  const file = join(root, "build-native", way, name);
  if (modified(file) > Math.max(...objects.map(modified))) return file;
  const ends = ["-pthread", "-ldl", "-o", file];
  const { code, output } = await run(cxx, [...ways[way].flags, ...flags, ...objects, ...ends]);
  if (code === 0) return file;
  report(false, way, name, `does not link\n${output}`);
  return null;
}

export const sources = (folder, pattern) =>
  readdirSync(folder)
    .filter((file) => pattern.test(file))
    .toSorted()
    .map((file) => join(folder, file));

/** All that knows nothing of Node.js. */
export const librarySources = [...sources(coreFolder, /\.cc$/), ...sources(checkFolder, /\.cc$/)];

/** Compiles them all; objects by their sources' stems, or null if one does not compile. */
export async function compileAll(way, files, options) {
  const objects = new Map();
  await together(
    files.map((source) => async () => {
      objects.set(basename(source).replace(/\.\w+$/, ""), await compile(way, source, options));
    }),
  );
  return [...objects.values()].includes(null) ? null : objects;
}

/** Some kernels place a program where TSan cannot work; without randomisation it can. */
let tsanLauncher = null;
export async function launcherOf(way, program) {
  if (way !== "tsan") return [];
  if (tsanLauncher === null) {
    const { output } = await run(program, ["no such test"], ways.tsan.env);
    tsanLauncher = /unexpected memory mapping/.test(output) ? ["setarch", "-R"] : [];
  }
  return tsanLauncher;
}

/** Runs a program of this way as its checker wants it. */
export async function execute(way, program, { args = [], env = {} } = {}) {
  const [command, ...first] = [...(await launcherOf(way, program)), program];
  return run(command, [...first, ...args], { ...ways[way].env, BATON_INCLUDE: include, ...env });
}
