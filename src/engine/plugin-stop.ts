import { messageOf } from "../core/thrown.ts";
import type { Clock } from "../ports/clock.ts";
import type { Plugin } from "../ports/plugin.ts";

/** So long a plugin may take to stop; milliseconds. */
const stopWithinMs = 5_000;

/**
 * Calls a plugin's `stop` and waits for it, but not for ever: a host that closes must end. What it
 * throws, and that it took too long, is a warning. Never rejects. `clock`: null if the plugin itself
 * sees to that.
 */
export async function stopInTime(
  plugin: Plugin,
  clock: Clock | null,
  warn: (text: string) => void,
): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<"late">();
  const timer = clock?.after(stopWithinMs, () => resolve("late"));
  try {
    const end = await Promise.race([plugin.stop?.(), late]);
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
