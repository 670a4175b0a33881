import { setTimeout as delay } from "node:timers/promises";
import type { JobHost } from "../../../../src/sdk.ts";
import type { QueuedInstance, Unsent } from "../queue/item.ts";
import type { Queue } from "../queue/queue.ts";

/** What was asked for and is sent by other requests already. */
export interface Merged {
  readonly count: number;
  readonly instances: readonly QueuedInstance[];
  /** The one that asks. */
  readonly request: string;
  /** Milliseconds; null: as long as somebody sends. */
  readonly timeoutMs: number | null;
}

/** How often it is looked, in milliseconds. */
const lookMs = 50;

/**
 * What other requests have not sent of it, when they have tried; empty: the destination has all. Whoever
 * asks for what is on its way already must not be told that it has arrived.
 */
export async function unsentOfOthers(
  host: JobHost,
  queue: Queue,
  destination: string,
  { count, instances, request, timeoutMs }: Merged,
): Promise<readonly Unsent[]> {
  if (count === 0) return [];
  const hashes = instances.map(({ hash }) => hash);
  const since = performance.now();
  for (;;) {
    const unsent = await queue.call("unsent", { destination, hashes });
    const others = unsent.filter((one) => one.request !== request);
    const isTried = !others.some(({ state, job }) => state === "pending" && isAtWork(host, job));
    const isLate = timeoutMs !== null && performance.now() - since >= timeoutMs;
    if (isTried || isLate) return others;
    await delay(lookMs);
  }
}

/** Whether a job sends, or is about to; not: waits for its destination. */
function isAtWork(host: JobHost, job: string | null): boolean {
  // It is being submitted.
  if (job === null) return true;
  try {
    const { state } = host.jobInfo(job);
    return state === "running" || state === "pending";
  } catch {
    return false;
  }
}
