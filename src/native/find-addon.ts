import { createRequire } from "node:module";
import { JobEngineError } from "../core/errors.ts";

const require = createRequire(import.meta.url);

/** The package, from `src/native` and from `dist/native` alike. */
const root: string = require.resolve("../../package.json").replace(/[\\/]package\.json$/, "");

/** Where the addon is looked for, best first. */
const places: readonly string[] = [
  `${root}/build/Release/baton_host.node`,
  `${root}/prebuilds/${process.platform}-${process.arch}/baton_host.node`,
];

/**
 * Loads the addon from the first place where it is; null: it is nowhere. What is there and cannot
 * be loaded is an error, never passed over: the next place would hide it.
 * @throws {JobEngineError} PLUGIN_NOT_LOADED
 */
export function findAddon(): unknown {
  const named = process.env["BATON_HOST_ADDON"];
  if (named !== undefined && named !== "") return loadNamed(named);
  for (const place of places) {
    try {
      return load(place);
    } catch (error) {
      if (!isAbsent(error)) throw unusable(place, error);
    }
  }
  return null;
}

/** What to say where there must be an addon and there is none. */
export function absent(): JobEngineError {
  const tried = places.join(" and ");
  const detail = `native plugins need the host addon, and there is none at ${tried}; ${howToBuild}`;
  return new JobEngineError("PLUGIN_NOT_LOADED", detail);
}

/** Whoever names a file means that file: no other is taken instead. */
function loadNamed(named: string): unknown {
  try {
    return load(createRequire(`${process.cwd()}/-`).resolve(named));
  } catch (error) {
    throw unusable(`that BATON_HOST_ADDON names, ${named},`, error);
  }
}

function load(place: string): unknown {
  const addon = require(place) as { readonly version?: string } | null;
  const { version } = require("../../package.json") as { readonly version: string };
  if (addon?.version === version) return addon;
  const of = addon?.version === undefined ? "no host addon" : `of Baton ${addon.version}`;
  throw new Error(`it is ${of}; this is Baton ${version}`);
}

const isAbsent = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND";

/** How to get an addon that fits. */
const howToBuild = "build it with npx baton build-host (in a checkout: npm run build:addon)";

function unusable(place: string, error: unknown): JobEngineError {
  const said = error instanceof Error ? error.message : String(error);
  const why = said.replace(/\nRequire stack:[^]*/, "").replaceAll(/\s+/g, " ");
  const hint = `start Node.js with --allow-addons if it forbids them, or ${howToBuild}`;
  const detail = `the host addon ${place} cannot be used (${why}); ${hint}`;
  return new JobEngineError("PLUGIN_NOT_LOADED", detail, { cause: error });
}
