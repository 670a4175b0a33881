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
  /** Which question that was the answer to. */
  #answered = 0;
  #asked = 0;
  /** What was settled since each question that has no answer yet. */
  readonly #sinceAsked = new Map<number, Settled>();

  /** Null: the queue has not said anything yet. */
  get counts(): RequestCounts | null {
    return this.#counts;
  }

  /** How many questions the queue was asked. */
  get asked(): number {
    return this.#asked;
  }

  /** `look`: asks the queue, at once. What has been settled by its answer is counted. @throws what it throws */
  async ask(look: () => Promise<RequestCounts>): Promise<RequestCounts> {
    const since: Settled = { sent: 0, warned: 0, failed: 0 };
    const number = (this.#asked += 1);
    this.#sinceAsked.set(number, since);
    try {
      const counts = changedBy(await look(), since);
      this.#counts = counts;
      this.#answered = number;
      return counts;
    } finally {
      this.#sinceAsked.delete(number);
    }
  }

  /**
   * What became of an item, when the queue has been told. `asked`: how many questions it had been asked when that
   * was on its way to it; what it answers to those that came after has it already.
   */
  settled(outcome: Outcome, asked: number = this.#asked): void {
    if (outcome.kind === "retry") return;
    const one = settledOf(outcome);
    if (this.#counts !== null && this.#answered <= asked)
      this.#counts = changedBy(this.#counts, one);
    for (const [number, since] of this.#sinceAsked) {
      if (number > asked) continue;
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

function settledOf(outcome: Exclude<Outcome, { kind: "retry" }>): Settled {
  if (outcome.kind === "failed") return { sent: 0, warned: 0, failed: 1 };
  return { sent: 1, warned: outcome.warning === null ? 0 : 1, failed: 0 };
}
