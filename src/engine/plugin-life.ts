import { JobEngineError, errorCodes } from "../core/errors.ts";
import { messageOf } from "../core/thrown.ts";
import type { Clock } from "../ports/clock.ts";
import type { Plugin, PluginHost } from "../ports/plugin.ts";

/** A plugin that has been started, and knows which host is meant. */
export interface StartedPlugin extends Pick<Plugin, "name" | "version"> {
  readonly stop: () => void | PromiseLike<void>;
}

/** The plugin as it is on this host. */
export const startedOn = (plugin: Plugin, host: PluginHost): StartedPlugin => ({
  name: plugin.name,
  version: plugin.version,
  stop: () => plugin.stop?.(host),
});

/** Calls a plugin's `start`. @throws {JobEngineError} PLUGIN_START_FAILED: it has thrown */
export async function startPlugin(plugin: Plugin, host: PluginHost): Promise<void> {
  try {
    await plugin.start(host);
  } catch (error) {
    const words = messageOf(error).replace(`${errorCodes.PLUGIN_START_FAILED}: `, "");
    const detail = `plugin "${plugin.name}": ${words}`;
    throw new JobEngineError("PLUGIN_START_FAILED", detail, { cause: error });
  }
}

/** So long a plugin may take to stop; milliseconds. */
const stopWithinMs = 5_000;

/**
 * Calls a plugin's `stop` and waits for it, but not for ever: a host that closes must end. What it
 * throws, and that it took too long, is a warning. Never rejects. `clock`: null if the plugin itself
 * sees to that.
 */
export async function stopInTime(
  plugin: StartedPlugin,
  clock: Clock | null,
  warn: (text: string) => void,
): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<"late">();
  const timer = clock?.after(stopWithinMs, () => resolve("late"));
  try {
    const end = await Promise.race([plugin.stop(), late]);
    if (end !== "late") return;
    warn(
      `stop of plugin "${plugin.name}" has not ended after ${stopWithinMs} ms; it is left alone`,
    );
  } catch (error) {
    warn(`stop threw: ${messageOf(error)}`);
  } finally {
    timer?.cancel();
  }
}
