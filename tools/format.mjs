// Formats the repository, or with --check only says what is not formatted: oxfmt for what is read by
// Node.js, clang-format for C and C++. clang-format is not an npm package: without it that half is
// left out, unless BATON_REQUIRE_PEERS=1.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const check = process.argv.includes("--check");

const isWeb = formatWeb();
const isNative = formatNative();
process.exitCode = isWeb && isNative ? 0 : 1;

function formatWeb() {
  const manifest = createRequire(import.meta.url).resolve("oxfmt/package.json");
  const oxfmt = join(dirname(manifest), "bin/oxfmt");
  return run(process.execPath, [oxfmt, check ? "--check" : "--write"]);
}

function formatNative() {
  const files = ["bench", "native", "plugins"].flatMap((folder) => nativeFiles(join(root, folder)));
  if (files.length === 0) return true;
  if (spawnSync("clang-format", ["--version"]).error !== undefined) {
    console.error("format: clang-format is not installed, C and C++ files are left out");
    return process.env["BATON_REQUIRE_PEERS"] !== "1";
  }
  return run("clang-format", [...(check ? ["--dry-run", "--Werror"] : ["-i"]), ...files]);
}

function nativeFiles(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      return ["build", "node_modules"].includes(entry.name) ? [] : nativeFiles(path);
    }
    return /\.(c|cc|h|hpp)$/.test(entry.name) ? [path] : [];
  });
}

function run(command, parameters) {
  return spawnSync(command, parameters, { cwd: root, stdio: "inherit" }).status === 0;
}
