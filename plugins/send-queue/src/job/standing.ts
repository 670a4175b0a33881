import type { Outcome, RequestCounts } from "../queue/item.ts";

/** What became of items, as far as it changes how a request stands. */
interface Settled {
  sent: number;
  warned: number;
  failed: number;
}

/** How a request stands: what the queue has said, and what has been settled since it was asked. */
export class Standing {
  #counts: RequestCounts | null = null;
  /** What was settled since each question that has no answer yet. */
  readonly #sinceAsked = new Set<Settled>();

  /** Null: the queue has not said anything yet. */
  get counts(): RequestCounts | null {
    return this.#counts;
  }

  /** `look`: asks the queue, at once. What has been settled by its answer is counted. @throws what it throws */
  async ask(look: () => Promise<RequestCounts>): Promise<RequestCounts> {
    const since: Settled = { sent: 0, warned: 0, failed: 0 };
    this.#sinceAsked.add(since);
    try {
      const counts = changedBy(await look(), since);
      this.#counts = counts;
      return counts;
    } finally {
      this.#sinceAsked.delete(since);
    }
  }

  /** What became of an item, when the queue has been told. */
  settled(outcome: Outcome): void {
    if (outcome.kind === "retry") return;
    const isSent = outcome.kind === "sent";
    const one: Settled = {
      sent: isSent ? 1 : 0,
      warned: isSent && outcome.warning !== null ? 1 : 0,
      failed: isSent ? 0 : 1,
    };
    if (this.#counts !== null) this.#counts = changedBy(this.#counts, one);
    for (const since of this.#sinceAsked) {
      since.sent += one.sent;
      since.warned += one.warned;
      since.failed += one.failed;
    }
  }

  /** Somebody has changed it: the queue has to be asked. */
  forget(): void {
    this.#counts = null;
  }
}

const changedBy = (counts: RequestCounts, { sent, warned, failed }: Settled): RequestCounts => ({
  ...counts,
  pending: Math.max(0, counts.pending - sent - failed),
  sent: counts.sent + sent,
  warned: counts.warned + warned,
  failed: counts.failed + failed,
});
