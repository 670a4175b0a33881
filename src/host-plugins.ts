import { extname } from "node:path";
import { locatePlugin } from "./adapters/plugins/locate.ts";
import { checkPlugin } from "./adapters/plugins/module.ts";
import { pluginEntry, type PluginEntry } from "./host-options.ts";
import type { Plugin } from "./ports/plugin.ts";

/** Where a plugin's file is and where it runs, or the plugin itself. */
export type Wanted = Required<PluginEntry> | Plugin;

export async function locate(plugin: string | PluginEntry | Plugin): Promise<Wanted> {
  const entry = pluginEntry(plugin);
  if (entry !== null) return { ...entry, path: await locatePlugin(entry.path) };
  checkPlugin(plugin, "a plugin given as an object");
  return plugin;
}

export const isModule = (file: string): boolean => /^\.[cm]?[jt]s$/.test(extname(file));

export const isNative = (plugin: Wanted): boolean =>
  "path" in plugin && /^\.(?:node|so|dylib|dll)$/.test(extname(plugin.path));

/** Whether its code runs in this process. */
export const isNativeHere = (plugin: Wanted): boolean =>
  isNative(plugin) && (!("path" in plugin) || plugin.isolation === "none");
