import { constants } from "node:os";
import { JobEngineError } from "../../core/errors.ts";
import type { Plugin } from "../../ports/plugin.ts";
import { readNativeError, type NativeCore, type NativeHostValue } from "../../native/binding.ts";
import { checkPlugin } from "../plugins/module.ts";

/** How long a plugin that is stopped may take to return from its callbacks; milliseconds. */
const stopWithinMs = 2_000;

/**
 * Loads a shared library: its `baton_plugin_query` answers who it is, nothing of it is started.
 * @throws {JobEngineError} PLUGIN_NOT_LOADED, NOT_A_PLUGIN, PLUGIN_ABI_MISMATCH
 */
export function loadLibrary(core: NativeCore, file: string): Plugin {
  const { name, version } = attempt(() => core.load(file));
  const plugin: Plugin = {
    name,
    version,
    start: () => attempt(() => core.startLibrary(name)),
    stop: () => void core.closeInstance(name, stopWithinMs),
  };
  checkPlugin(plugin, file);
  return plugin;
}

/** What a Node-API addon exports. */
interface AddonExports {
  readonly name: string;
  readonly version: string;
  /** `attach` takes the napi_env of the addon; see native/include/baton_napi.h. */
  readonly start: (host: NativeHostValue, attach: (environment: unknown) => void) => void;
  readonly stop?: () => void;
}

/**
 * Loads a Node-API addon that exports name, version, start and stop.
 * @throws {JobEngineError} PLUGIN_NOT_LOADED, NOT_A_PLUGIN
 */
export function loadAddon(core: NativeCore, file: string): Plugin {
  const addon = requireAddon(file);
  checkPlugin(addon, file);
  const { name, version, start, stop } = addon as unknown as AddonExports;
  return {
    name,
    version,
    start: () =>
      start(core.addInstance(name), (environment) => core.attachEnvironment(name, environment)),
    stop: () => {
      if (core.closeInstance(name, stopWithinMs)) stop?.();
    },
  };
}

function requireAddon(file: string): unknown {
  const module = { exports: {} as unknown };
  try {
    // Every symbol is resolved now: one that is missing must not be found out by a crash later.
    process.dlopen(module, file, constants.dlopen.RTLD_NOW);
    return module.exports;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new JobEngineError("PLUGIN_NOT_LOADED", `${file}: ${why}`, { cause: error });
  }
}

function attempt<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw readNativeError(error);
  }
}
