import type { JobObject } from "../wire.ts";

/** How an attempt ended. */
export interface Attempt {
  /** From 1. */
  readonly number: number;
  readonly code: string;
  readonly message: string;
  /** When it failed, or, of one that is not told of so, when the page heard of it; Orthanc's format. */
  readonly heardAt: string;
}

/** Attempts of so many jobs are remembered. */
const mostJobs = 2_000;

/** How the attempts of each job ended: the last 20, and those before as far as the page has heard. */
export class Attempts {
  readonly #byJob = new Map<string, readonly Attempt[]>();

  hear(job: JobObject): void {
    const { ID, BatonError, Timestamp, Failures = [] } = job;
    if (BatonError === undefined) {
      // Submitted again: it begins anew.
      if (job.Attempts === 0 && job.State !== "Success") this.#byJob.delete(ID);
      return;
    }
    for (const { Attempt, Code, Message, Time } of Failures) {
      this.#remember(ID, { number: Attempt, code: Code, message: Message, heardAt: Time });
    }
    const { Attempt: number, Code: code, Message: message } = BatonError;
    this.#remember(ID, { number, code, message, heardAt: Timestamp });
  }

  #remember(ID: string, attempt: Attempt): void {
    const { number, code } = attempt;
    const known = this.#byJob.get(ID) ?? [];
    if (known.some((one) => one.number === number && one.code === code)) return;
    // A lower number than before is of another life of the job.
    const kept = known.filter((one) => one.number < number);
    this.#byJob.set(ID, [...kept, attempt]);
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
