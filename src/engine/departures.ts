import type { JobId } from "../core/job-id.ts";

/**
 * Successes that have left the history by the time their end may be told: in the batch that saves it
 * as many ends come after theirs as are kept. What the store would be told of them, and told to
 * forget right after, is one delete instead. All of that batch is one transaction: whoever reads the
 * store after a crash finds the ends that came after, or none of them.
 */
export class Departures {
  /** How many successes are kept. */
  readonly #kept: number;
  /** Those whose end has not been sent to the store, in the order of their ends. */
  readonly #ended = new Set<JobId>();
  /** Those whose end was sent as a delete. */
  readonly #gone = new Set<JobId>();

  constructor(kept: number) {
    this.#kept = kept;
  }

  /** A job has succeeded; its end goes with the next batch. */
  ended(id: JobId): void {
    this.#ended.add(id);
  }

  /** The next batch is sent. Answers those of it that are deletes. */
  leave(): readonly JobId[] {
    const leaving = [...this.#ended].slice(0, Math.max(this.#ended.size - this.#kept, 0));
    this.#ended.clear();
    for (const id of leaving) this.#gone.add(id);
    return leaving;
  }

  has(id: JobId): boolean {
    return this.#gone.has(id);
  }

  /** Something else is written of the job: its delete is not the last word any more. */
  comeBack(id: JobId): void {
    this.#gone.delete(id);
  }

  /** The job is forgotten. Answers whether its last write is a delete already. */
  forget(id: JobId): boolean {
    this.#ended.delete(id);
    return this.#gone.delete(id);
  }
}
