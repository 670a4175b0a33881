// Builds the host addon, in a checkout or where the package is installed, with the headers of the
// Node.js that npm installed for it. Nothing is downloaded: node-gyp alone would fetch headers, and
// fail without internet. --unless-current: not if there is one that is newer than its sources.
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const requireFromRoot = createRequire(join(root, "package.json"));

/** The least of Node's common.gypi that a Node-API addon needs on Linux and macOS. */
const commonSettings = {
  variables: { "visibility%": "hidden", "library%": "static_library" },
  target_defaults: {
    default_configuration: "Release",
    configurations: { Release: { cflags: ["-O3"] }, Debug: { cflags: ["-g", "-O0"] } },
    cflags: ["-pthread"],
    cflags_cc: ["-std=gnu++17", "-fno-rtti", "-fno-exceptions"],
    ldflags: ["-pthread"],
  },
};

process.exitCode = buildAddon();

/** Returns the exit code. `prepare` also runs where dependencies are absent: that is no error. */
function buildAddon() {
  const isPrepare = process.argv.includes("--unless-current");
  if (packageFolder("node-addon-api") === null) {
    say("node-addon-api is not installed, nothing built");
    return isPrepare ? 0 : 1;
  }
  if (isPrepare && isCurrent()) return 0;
  const nodeGyp = findNodeGyp();
  if (nodeGyp === null) {
    say("node-gyp not found; run this through npm: npm run build:addon");
    return 1;
  }
  return rebuild(nodeGyp);
}

function rebuild(nodeGyp) {
  const headers = findHeaders();
  const flags = headers === null ? [] : [`--nodedir=${headers}`];
  const run = spawnSync(process.execPath, [nodeGyp, "rebuild", "--jobs=max", ...flags], {
    cwd: root,
    env: headers === null ? process.env : withoutNodedir(process.env),
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (run.status === 0) return 0;
  process.stderr.write(`${run.stdout ?? ""}${run.stderr ?? ""}`);
  say(
    "failed, see above. It needs python3, make and a C++17 compiler " +
      "(Debian: apt-get install python3 make g++); then try again",
  );
  return 1;
}

/** Node-API is the same for every Node.js: only what it is made of counts, and its version. */
function isCurrent() {
  const addon = join(root, "build/Release/baton_host.node");
  const built = statSync(addon, { throwIfNoEntry: false });
  if (built === undefined || versionOf(addon) !== requireFromRoot("./package.json").version) {
    return false;
  }
  const sources = ["native/include", "native/src"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      // baton.hpp is for plugins only.
      .filter((entry) => entry.isFile() && !entry.name.endsWith(".hpp"))
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  sources.push(join(root, "binding.gyp"));
  return sources.every((source) => statSync(source).mtimeMs < built.mtimeMs);
}

function versionOf(addon) {
  try {
    return requireFromRoot(addon).version;
  } catch {
    return null; // Broken, or for another platform: it is built again.
  }
}

/** In node-gyp a nodedir from a user's npmrc, which npm exports, beats the command line. */
function withoutNodedir(environment) {
  const isNodedir = /^npm_(package_)?config_(node_gyp_)?nodedir$/i;
  return Object.fromEntries(Object.entries(environment).filter(([key]) => !isNodedir.test(key)));
}

/**
 * A prefix with `include/node`, or null when there is none and node-gyp must look for itself.
 * Any version will do for Node-API; the exact one is only the least surprising.
 */
function findHeaders() {
  const prefixes = [
    pinnedRuntime(),
    dirname(dirname(process.execPath)),
    process.env["npm_config_nodedir"],
    process.config.variables.node_prefix,
  ].filter((prefix) => typeof prefix === "string" && hasHeaders(prefix));
  const exact = prefixes.find((prefix) => versionOfHeaders(prefix) === process.version);
  return exact ?? prefixes[0] ?? headersFromNodeApi();
}

/** The npm package of the pinned runtime holds that runtime's headers beside its binary. */
function pinnedRuntime() {
  const platform = process.platform === "win32" ? "win" : process.platform;
  return packageFolder(`node-${platform}-${process.arch}`);
}

function hasHeaders(prefix) {
  return ["node_api.h", "node_version.h", "common.gypi"].every((name) =>
    existsSync(join(prefix, "include/node", name)),
  );
}

function versionOfHeaders(prefix) {
  const text = readFileSync(join(prefix, "include/node/node_version.h"), "utf8");
  const part = (name) => new RegExp(`#define NODE_${name}_VERSION (\\d+)`).exec(text)?.[1];
  return `v${part("MAJOR")}.${part("MINOR")}.${part("PATCH")}`;
}

/**
 * Makes a prefix of the bare Node-API headers: the last resort on a platform without a pinned
 * runtime. On Windows the linker would also need node.lib, so there node-gyp is left alone.
 */
function headersFromNodeApi() {
  const source = packageFolder("node-api-headers");
  if (source === null || process.platform === "win32") return null;
  const prefix = join(root, "build-headers");
  const include = join(prefix, "include/node");
  mkdirSync(include, { recursive: true });
  cpSync(join(source, "include"), include, { recursive: true });
  writeFileSync(join(include, "config.gypi"), "{}");
  writeFileSync(join(include, "common.gypi"), JSON.stringify(commonSettings));
  return prefix;
}

/** npm brings a node-gyp of its own; outside npm that of the npm of this Node.js, or of PATH. */
function findNodeGyp() {
  const withinNpm = "node_modules/node-gyp/bin/node-gyp.js";
  const npmCli = process.env["npm_execpath"];
  const candidates = [
    process.env["npm_config_node_gyp"],
    npmCli === undefined ? undefined : join(dirname(npmCli), "..", withinNpm),
    join(dirname(process.execPath), "../lib/node_modules/npm", withinNpm),
    ...npmsOfPath().map((npm) => join(dirname(npm), "..", withinNpm)),
  ];
  return candidates.find((path) => path !== undefined && existsSync(path)) ?? null;
}

/** What the command npm leads to, wherever there is one. */
function npmsOfPath() {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const commands = folders.map((folder) => join(folder, "npm")).filter((file) => existsSync(file));
  return commands.map((command) => realpathSync(command));
}

function packageFolder(name) {
  try {
    return dirname(requireFromRoot.resolve(`${name}/package.json`));
  } catch {
    return null; // Not installed: every caller has another way.
  }
}

function say(text) {
  console.error(`build-addon: ${text}`);
}
