import { pathToFileURL } from "node:url";
import { JobEngineError } from "../../core/errors.ts";
import type { Plugin } from "../../ports/plugin.ts";

/** Names go into paths, logs and records. */
const namePattern = /^[a-z][a-z0-9-]{0,63}$/;

/**
 * Loads a plugin that is a module and exports `plugin`.
 * @throws {JobEngineError} PLUGIN_NOT_LOADED, NOT_A_PLUGIN
 */
export async function loadModule(file: string): Promise<Plugin> {
  let module: Readonly<Record<string, unknown>>;
  try {
    module = (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new JobEngineError("PLUGIN_NOT_LOADED", `${file}: ${why}`, { cause: error });
  }
  const plugin = module["plugin"];
  if (plugin === undefined) {
    const hint = "it exports no `plugin`; write export const plugin = definePlugin({ ... })";
    throw new JobEngineError("NOT_A_PLUGIN", `${file}: ${hint}`);
  }
  checkPlugin(plugin, file);
  return plugin;
}

/** @throws {JobEngineError} NOT_A_PLUGIN; `where` names the file, or how it was given */
export function checkPlugin(plugin: unknown, where: string): asserts plugin is Plugin {
  const given = Object(plugin) as Readonly<Record<string, unknown>>;
  const fault = faults.find(([isFine]) => !isFine(given));
  if (fault !== undefined) throw new JobEngineError("NOT_A_PLUGIN", `${where}: ${fault[1]}`);
}

type Check = (plugin: Readonly<Record<string, unknown>>) => boolean;

const faults: readonly (readonly [Check, string])[] = [
  [
    ({ name }) => typeof name === "string" && namePattern.test(name),
    "its name must be lower-case letters, digits and dashes, 64 at most",
  ],
  [({ version }) => typeof version === "string", "its version must be a text"],
  [({ start }) => typeof start === "function", "its start must be a function"],
  [({ stop }) => stop === undefined || typeof stop === "function", "its stop must be a function"],
];
