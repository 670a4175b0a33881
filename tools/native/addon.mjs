// The host addon and the sample plugins, built as the tests of the core are: of the same objects, with
// the same checker, into build-native/<way>/ and never over what build:addon made.
import { cpSync, existsSync, mkdirSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { buildCore } from "./core-tests.mjs";
import {
  compile,
  compileAll,
  librarySources,
  link,
  root,
  run,
  sources,
  ways,
} from "./toolchain.mjs";

const requireFromRoot = createRequire(join(root, "package.json"));
const packageFolder = (name) => dirname(requireFromRoot.resolve(`${name}/package.json`));

/** As binding.gyp says it; headers that are not ours are not warned about. */
const addonFlags = [
  "-DNAPI_VERSION=9",
  "-DNODE_GYP_MODULE_NAME=baton_host",
  "-DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS",
  "-DNODE_ADDON_API_CPP_EXCEPTIONS",
  "-DNODE_ADDON_API_CPP_EXCEPTIONS_ALL",
  `-DBATON_HOST_VERSION="${requireFromRoot("./package.json").version}"`,
  `-I${join(root, "native/src/addon")}`,
  `-isystem${packageFolder("node-addon-api")}`,
  `-isystem${join(packageFolder("node-api-headers"), "include")}`,
];

/** Else Node.js unmaps it with the last worker that loaded it, and a report names no function. */
const shared = ["-shared", "-Wl,-z,nodelete"];

/** The addon of one way; `spoiled` replaces objects of the core. Null with the failure reported. */
export async function linkAddon(way, { spoiled = new Map(), name = "baton_host" } = {}) {
  const core = await buildCore(way);
  if (core === null) return null;
  const own = await compileAll(way, sources(join(root, "native/src/addon"), /\.cc$/), {
    flags: addonFlags,
  });
  if (own === null) return null;
  const parts = librarySources.map((source) => basename(source, ".cc"));
  const objects = parts.map((stem) => spoiled.get(stem) ?? core.get(stem));
  return link(way, `${name}.node`, [...own.values(), ...objects], shared);
}

/** A folder like plugins/, with the native ones built in this way; null with the failure reported. */
export async function buildSamples(way) {
  const folder = join(root, "build-native", way, "plugins");
  for (const name of ["hello-c", "hello-cpp", "hello-addon"]) {
    mkdirSync(join(folder, name, "build/Release"), { recursive: true });
    cpSync(join(root, "plugins", name, "package.json"), join(folder, name, "package.json"));
  }
  // In TypeScript there is nothing to build, and its imports lead to where it really is.
  const hello = join(folder, "hello");
  if (!existsSync(hello)) symlinkSync(join(root, "plugins/hello"), hello);
  const c = await compile(way, join(root, "plugins/hello-c/src/hello.c"));
  const addon = await compile(way, join(root, "plugins/hello-addon/src/hello.cc"), {
    defines: ["AS_ADDON"], // another name than that of the C plugin
    flags: addonFlags,
  });
  const cpp = await compile(way, join(root, "plugins/hello-cpp/src/hello.cc"), {
    defines: ["AS_LIBRARY"], // as above
    flags: ["-fvisibility=hidden"],
  });
  if (c === null || cpp === null || addon === null) return null;
  const made = [
    await link(way, "plugins/hello-c/build/Release/hello_c.so", [c], shared),
    await link(way, "plugins/hello-cpp/build/Release/hello_cpp.so", [cpp], shared),
    await link(way, "plugins/hello-addon/build/Release/hello_addon.node", [addon], shared),
  ];
  return made.includes(null) ? null : folder;
}

/** What the plugins that tests compile themselves are compiled with, too. */
export const pluginFlags = (way) => ways[way].flags.join(" ");

/** The Node.js of this checkout itself: a script that starts it would be preloaded as well. */
export function nodeBinary() {
  const platform = process.platform === "win32" ? "win" : process.platform;
  const pinned = join(root, `node_modules/node-${platform}-${process.arch}/bin/node`);
  return existsSync(pinned) ? pinned : process.execPath;
}

/** Where the runtime library of a checker is, as g++ knows it; null: it is not installed. */
export async function runtimeLibrary(name) {
  const { output } = await run("g++", [`-print-file-name=${name}`]);
  return output.trim().startsWith("/") ? output.trim() : null;
}
