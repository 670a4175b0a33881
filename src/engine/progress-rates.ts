import type { JobId } from "../core/job-id.ts";
import type { JobRecord } from "../core/job-record.ts";
import { rateAfter, rateFrom, remainingMs, type ProgressRate } from "../core/progress-rate.ts";

/** How fast the jobs come on that run, from the samples of their present runs. */
export class ProgressRates {
  readonly #rates = new Map<JobId, ProgressRate>();

  /** A sample has changed the record. */
  sampled(before: JobRecord, after: JobRecord): void {
    const known = this.#rates.get(after.id) ?? rateFrom(before.progress, before.runtimeMs);
    this.#rates.set(after.id, rateAfter(known, after));
  }

  /** Its run has ended. */
  forget(id: JobId): void {
    this.#rates.delete(id);
  }

  /** Of a job that runs and has come on lately, in milliseconds in steps; else null. */
  remainingMs({ id, state }: JobRecord): number | null {
    const rate = state.kind === "running" ? this.#rates.get(id) : undefined;
    return rate === undefined ? null : remainingMs(rate);
  }
}
