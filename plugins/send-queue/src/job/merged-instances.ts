import { setTimeout as delay } from "node:timers/promises";
import type { JobHost } from "../../../../src/sdk.ts";
import type { Unsent } from "../queue/item.ts";
import type { Queue } from "../queue/queue.ts";

/** What was asked for and is sent by other requests already. */
export interface Merged {
  readonly hashes: readonly string[];
  /** The one that asks. */
  readonly request: string;
  /** Milliseconds; null: as long as somebody sends. */
  readonly timeoutMs: number | null;
}

/** How often it is looked, in milliseconds. */
const lookMs = 50;

/** A request may be without its job for so long, in milliseconds: then nobody is submitting one. */
const submittingMs = 5_000;

/**
 * What other requests have not sent of it, when they have tried; empty: the destination has all. Whoever
 * asks for what is on its way already must not be told that it has arrived.
 */
export async function unsentOfOthers(
  host: JobHost,
  queue: Queue,
  destination: string,
  { hashes, request, timeoutMs }: Merged,
): Promise<readonly Unsent[]> {
  if (hashes.length === 0) return [];
  const since = performance.now();
  for (;;) {
    const unsent = await queue.call("unsent", { destination, hashes });
    const others = unsent.filter((one) => one.request !== request);
    const waitedMs = performance.now() - since;
    const isAtWork = (job: string | null): boolean =>
      job === null ? waitedMs < submittingMs : isSending(host, job);
    const isTried = !others.some(({ state, job }) => state === "pending" && isAtWork(job));
    const isLate = timeoutMs !== null && waitedMs >= timeoutMs;
    if (isTried || isLate) return others;
    await delay(lookMs);
  }
}

/** Whether a job sends, or is about to; not: waits for its destination. */
function isSending(host: JobHost, job: string): boolean {
  try {
    const { state } = host.jobInfo(job);
    return state === "running" || state === "pending";
  } catch {
    return false;
  }
}
