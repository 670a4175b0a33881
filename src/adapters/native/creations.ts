import type { JsonObject, SubmitOptions } from "../../ports/job.ts";
import { queueFull, SubmittedJob, type Creator } from "../../ports/plugin.ts";
import type { NativeWish } from "../../native/messages.ts";
import type { NativeRoutes } from "./routes.ts";

/** How the host has a native plugin make its jobs from content: the core submits them. */
export const nativeCreator =
  (routes: NativeRoutes, plugin: string): Creator =>
  async (content, type, options) => {
    const id = await routes.create(wishOf({ plugin, type, content, options }));
    return id === null ? queueFull : new SubmittedJob(id);
  };

/** What somebody wants, in the words of the native core. */
export function wishOf({
  plugin,
  type,
  content,
  options,
}: {
  readonly plugin: string;
  readonly type: string;
  readonly content: JsonObject;
  readonly options: SubmitOptions;
}): NativeWish {
  const { key = null, userData, awaited = false, priority = 0, maxAttempts = 0 } = options;
  const { startAfterMs = 0, stepTimeoutMs = 0 } = options;
  return {
    plugin,
    type,
    content: JSON.stringify(content),
    key,
    userData: userData === undefined ? null : JSON.stringify(userData),
    awaited,
    priority,
    maxAttempts,
    ...backoffOf(options),
    startAfterMs: Math.ceil(startAfterMs),
    stepTimeoutMs: Math.ceil(stepTimeoutMs),
  };
}

function backoffOf({
  backoff = {},
}: SubmitOptions): Pick<
  NativeWish,
  "backoffFirstMs" | "backoffFactor" | "backoffCapMs" | "backoffJitter"
> {
  const { firstDelayMs = 0, factor = 0, capMs = 0, jitter = 0 } = backoff;
  return {
    backoffFirstMs: Math.ceil(firstDelayMs),
    backoffFactor: factor,
    backoffCapMs: Math.ceil(capMs),
    backoffJitter: jitter,
  };
}
