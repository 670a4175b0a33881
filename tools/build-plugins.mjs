// Builds every plugin under plugins/ that has a CMakeLists.txt, into its build/Release: with cmake-js
// if its package.json names the Node-API versions it is built for, else with plain cmake.
// cmake knows what is up to date, so this may run before each demo and test.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

/** Set by continuous integration: what a developer may lack is then an error. */
const requirePeers = process.env["BATON_REQUIRE_PEERS"] === "1";

process.exitCode = buildPlugins();

/** Returns the exit code. */
function buildPlugins() {
  const names = nativePlugins();
  if (names.length === 0) return 0;
  if (spawnSync("cmake", ["--version"]).error !== undefined) {
    say(`cmake is not installed, not built: ${names.join(", ")} (Debian: apt-get install cmake)`);
    return requirePeers ? 1 : 0;
  }
  const failed = names.find((name) => !build(name));
  if (failed === undefined) return 0;
  say(`plugins/${failed} failed, see above`);
  return 1;
}

function nativePlugins() {
  const folder = join(root, "plugins");
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) =>
    ["CMakeLists.txt", "package.json"].every((file) => existsSync(join(folder, name, file))),
  );
}

function build(name) {
  const source = join(root, "plugins", name);
  const manifest = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
  if (Array.isArray(manifest.binary?.napi_versions)) {
    const cmakeJs = createRequire(join(root, "package.json")).resolve("cmake-js/bin/cmake-js");
    return run(process.execPath, [cmakeJs, "build", "-d", source]);
  }
  const target = join(source, "build");
  const output = `-DCMAKE_LIBRARY_OUTPUT_DIRECTORY=${join(target, "Release")}`;
  return (
    run("cmake", ["-S", source, "-B", target, "-DCMAKE_BUILD_TYPE=Release", output]) &&
    run("cmake", ["--build", target, "--config", "Release"])
  );
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
