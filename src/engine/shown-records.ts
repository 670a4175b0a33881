import type { JobId } from "../core/job-id.ts";
import type { JobRecord } from "../core/job-record.ts";

/** Jobs as they may be shown: while a change of one is being committed, as it was told last. */
export class ShownRecords {
  readonly #told = new Map<JobId, JobRecord>();

  of(record: JobRecord): JobRecord {
    return this.#told.get(record.id) ?? record;
  }

  /** Whether the job is in the store as it is in the table, but for a start. */
  isCommitted(id: JobId): boolean {
    return !this.#told.has(id);
  }

  /** A change of this job is being committed. */
  changing(before: JobRecord): void {
    if (!this.#told.has(before.id)) this.#told.set(before.id, before);
  }

  /** It is committed. `now`: the job in the table, null if it is gone. Answers what may be shown. */
  committed(record: JobRecord, now: JobRecord | null): JobRecord {
    if (now === null || isAsItWas(record, now) || hasOnlyStarted(record, now)) {
      this.#told.delete(record.id);
    } else {
      this.#told.set(record.id, record);
    }
    return now === null ? record : this.of(now);
  }

  forget(id: JobId): void {
    this.#told.delete(id);
  }
}

/** Whether a job is still in the same state of the same life. */
export function isAsItWas({ state, sequence }: JobRecord, now: JobRecord): boolean {
  // A resubmit takes a new sequence: two lives may end in the very same state.
  return now.state === state && now.sequence === sequence;
}

/** A start needs no commit: what was pending when that was committed may be shown as running. */
const hasOnlyStarted = (committed: JobRecord, { state }: JobRecord): boolean =>
  committed.state.kind === "pending" && state.kind === "running" && state.requested === "nothing";
