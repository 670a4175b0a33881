import type { JobObject } from "../wire.ts";

/** How an attempt ended. */
export interface Attempt {
  /** From 1. */
  readonly number: number;
  readonly code: string;
  readonly message: string;
  /** When the page heard of it, Orthanc's format. */
  readonly heardAt: string;
}

/** Attempts of so many jobs are remembered. */
const mostJobs = 2_000;

/**
 * How the attempts of each job ended, as far as the page has heard: the host tells of the last one
 * only.
 */
export class Attempts {
  readonly #byJob = new Map<string, readonly Attempt[]>();

  hear(job: JobObject): void {
    const { ID, BatonError, Timestamp } = job;
    if (BatonError === undefined) {
      // Submitted again: it begins anew.
      if (job.Attempts === 0 && job.State !== "Success") this.#byJob.delete(ID);
      return;
    }
    const { Attempt: number, Code: code, Message: message } = BatonError;
    const known = this.#byJob.get(ID) ?? [];
    if (known.some((attempt) => attempt.number === number && attempt.code === code)) return;
    // A lower number than before is of another life of the job.
    const kept = known.filter((attempt) => attempt.number < number);
    this.#byJob.set(ID, [...kept, { number, code, message, heardAt: Timestamp }]);
    const [oldest] = this.#byJob.keys();
    if (this.#byJob.size > mostJobs && oldest !== undefined) this.#byJob.delete(oldest);
  }

  forget(id: string): void {
    this.#byJob.delete(id);
  }

  of(id: string): readonly Attempt[] {
    return this.#byJob.get(id) ?? [];
  }
}
