// Builds the plugins under plugins/ into their build/: a C plugin (one with src/*.c) with the C compiler alone, a
// C++ plugin (one with src/*.cc) with cmake, an addon (its package.json names the Node-API versions it is built for)
// with cmake-js, one in TypeScript whose package.json names a file in build/ as JavaScript. What was compiled and is
// up to date is left alone, so this may run before each demo and test.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundlePlugin } from "./bundle.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const include = join(root, "native/include");

/** Set by continuous integration: what a developer may lack is then an error. */
const requirePeers = process.env["BATON_REQUIRE_PEERS"] === "1";

process.exitCode = await buildPlugins();

/** Returns the exit code. */
async function buildPlugins() {
  const plugins = readPlugins();
  for (const { folder } of plugins.filter(({ isBundled }) => isBundled)) {
    const build = join(folder, "build");
    rmSync(build, { recursive: true, force: true });
    await bundlePlugin(folder, build);
  }
  const libraries = plugins.filter(({ sources }) => sources.length > 0);
  const needCmake = plugins.filter(({ isAddon, isCpp }) => isAddon || isCpp);
  const hasCmake = spawnSync("cmake", ["--version"]).error === undefined;
  if (!hasCmake && needCmake.length > 0) {
    const names = needCmake.map(({ name }) => name).join(", ");
    say(`cmake is not installed, not built: ${names} (Debian: apt-get install cmake)`);
    if (requirePeers) return 1;
  }
  const failed =
    libraries.find((plugin) => !buildLibrary(plugin)) ??
    (hasCmake ? needCmake.find((plugin) => !buildWithCmake(plugin)) : undefined);
  if (failed === undefined) return 0;
  say(`plugins/${failed.name} failed, see above`);
  return 1;
}

function readPlugins() {
  const folders = join(root, "plugins");
  const names = readdirSync(folders).filter((name) =>
    existsSync(join(folders, name, "package.json")),
  );
  return names.map((name) => {
    const folder = join(folders, name);
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const sources = existsSync(join(folder, "src")) ? readdirSync(join(folder, "src")) : [];
    return {
      name,
      folder,
      output: join(folder, manifest.main),
      sources: sources
        .filter((file) => file.endsWith(".c"))
        .map((file) => join(folder, "src", file)),
      isBundled: manifest.main.startsWith("build/") && sources.includes("index.ts"),
      isCpp: sources.some((file) => file.endsWith(".cc")),
      isAddon: Array.isArray(manifest.binary?.napi_versions),
    };
  });
}

function buildLibrary({ sources, output }) {
  if (isUpToDate(output, [...sources, join(include, "baton.h")])) return true;
  mkdirSync(dirname(output), { recursive: true });
  const strict = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror"];
  const shared = ["-O2", "-fPIC", "-shared", "-fvisibility=hidden"];
  return run("cc", [...strict, ...shared, "-I", include, "-o", output, ...sources]);
}

function buildWithCmake({ folder, isAddon }) {
  return isAddon ? buildAddon(folder) : buildCpp(folder);
}

function buildCpp(folder) {
  const build = join(folder, "build");
  return run("cmake", ["-S", folder, "-B", build]) && run("cmake", ["--build", build]);
}

function buildAddon(folder) {
  const cmakeJs = createRequire(join(root, "package.json")).resolve("cmake-js/bin/cmake-js");
  return run(process.execPath, [cmakeJs, "build", "-d", folder]);
}

function isUpToDate(output, sources) {
  const built = statSync(output, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return sources.every((source) => statSync(source).mtimeMs < built);
}

/** Says nothing unless the command fails. */
function run(command, parameters) {
  const result = spawnSync(command, parameters, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  if (result.status === 0) return true;
  process.stderr.write(`${result.stdout ?? ""}${result.stderr ?? ""}`);
  return false;
}

function say(text) {
  console.error(`build-plugins: ${text}`);
}
