import type { JobHost } from "../../../../src/sdk.ts";
import type { Destination } from "../destinations/destination.ts";
import type { SendParts } from "../job/send-job.ts";
import { hurryRequests, tellUnwoken } from "../job/start-job.ts";

/**
 * Wakes what waits for a destination when that is there again: as long as it was in trouble its requests
 * slept, and one of them, or nobody, has heard that it is over.
 */
export class Recoveries {
  readonly #host: JobHost;
  readonly #parts: SendParts;
  /** By destination: what is being woken, so that nobody waits for the jobs of another. */
  readonly #waking = new Map<string, Promise<void>>();
  /** Destinations whose next wake has not begun: one is enough, however often they come and go. */
  readonly #isNext = new Set<string>();
  #isOver = false;

  /** Everything that waits is woken once now: what it waited for before a restart nobody knows. */
  constructor(host: JobHost, parts: SendParts, destinations: readonly Destination[]) {
    this.#host = host;
    this.#parts = parts;
    for (const destination of destinations) {
      const wake = (): void => this.#wake(destination.target.name);
      destination.gate.onRecovered = wake;
      wake();
    }
  }

  /** Resolves when nobody is being woken any more. */
  async close(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#waking.values());
  }

  #wake(destination: string): void {
    if (this.#isNext.has(destination)) return;
    this.#isNext.add(destination);
    const before = this.#waking.get(destination) ?? Promise.resolve();
    this.#waking.set(
      destination,
      before.then(() => this.#wakeNow(destination)),
    );
  }

  /** Never throws. */
  async #wakeNow(destination: string): Promise<void> {
    // Who falls asleep from now on may not be seen: the next recovery is another wake.
    this.#isNext.delete(destination);
    if (this.#isOver) return;
    try {
      await hurryRequests(this.#host, this.#parts, destination);
    } catch (error) {
      if (!this.#isOver) tellUnwoken(this.#host, destination, error);
    }
  }
}
