import type { JobId } from "../core/job-id.ts";
import type { JobRecord } from "../core/job-record.ts";

interface Changing {
  /** How many changes are being committed. */
  count: number;
  /** What may be shown: the job as it was before them. */
  told: JobRecord;
}

/**
 * Jobs as they may be shown: while changes of one are being committed, as it was told last. A start
 * needs no commit: what was pending when that was committed may be shown as running.
 */
export class ShownRecords {
  readonly #changing = new Map<JobId, Changing>();

  of(record: JobRecord): JobRecord {
    return this.#changing.get(record.id)?.told ?? record;
  }

  /** Whether the job is in the store as it is in the table, but for a start. */
  isCommitted(id: JobId): boolean {
    return !this.#changing.has(id);
  }

  /** A change of this job is being committed; `committed` follows for each, in the same order. */
  changing(before: JobRecord): void {
    const changing = this.#changing.get(before.id);
    if (changing === undefined) this.#changing.set(before.id, { count: 1, told: before });
    else changing.count += 1;
  }

  /** It is committed. `now`: the job in the table, null if it is gone. Answers what may be shown. */
  committed(record: JobRecord, now: JobRecord | null): JobRecord {
    const changing = this.#changing.get(record.id);
    if (changing !== undefined) {
      changing.count -= 1;
      changing.told = record;
      if (changing.count === 0) this.#changing.delete(record.id);
    }
    return now === null ? record : this.of(now);
  }

  forget(id: JobId): void {
    this.#changing.delete(id);
  }
}

/** Whether a job is still in the same state of the same life. */
export function isAsItWas({ state, sequence }: JobRecord, now: JobRecord): boolean {
  // A resubmit takes a new sequence: two lives may end in the very same state.
  return now.state === state && now.sequence === sequence;
}
