import type { JobId } from "./job-id.ts";
import type { JobRecord } from "./job-record.ts";

/** How many finished jobs are kept. */
export interface HistoryLimits {
  /** Successes kept; the oldest goes first. Default 10, as in Orthanc. */
  readonly succeeded: number;
  /** Failures kept, counted apart so that a success never pushes out a failure. Default 10,000. */
  readonly failed: number;
}

export const defaultHistoryLimits: HistoryLimits = { succeeded: 10, failed: 10_000 };

/** How long failures are kept unless somebody says otherwise: 30 days, in milliseconds. */
export const defaultFailedMaxAgeMs = 2_592_000_000;

/** Finished jobs in the order they finished; says which ones have become too many. */
export class History {
  readonly #limits: HistoryLimits;
  readonly #succeeded = new Set<JobId>();
  readonly #failed = new Set<JobId>();

  constructor(limits: HistoryLimits) {
    this.#limits = limits;
  }

  /** REQUIRES: the record is finished. */
  add(record: JobRecord): void {
    (record.state.kind === "succeeded" ? this.#succeeded : this.#failed).add(record.id);
  }

  /** Adds finished jobs in the order in which they ended. */
  load(records: readonly JobRecord[]): void {
    for (const record of records.toSorted(byEnd)) this.add(record);
  }

  remove(id: JobId): void {
    this.#succeeded.delete(id);
    this.#failed.delete(id);
  }

  has(id: JobId): boolean {
    return this.#succeeded.has(id) || this.#failed.has(id);
  }

  /** The jobs to forget now, oldest first. */
  excess(): readonly JobId[] {
    return [
      ...oldest(this.#succeeded, this.#limits.succeeded),
      ...oldest(this.#failed, this.#limits.failed),
    ];
  }
}

const byEnd = (a: JobRecord, b: JobRecord): number =>
  a.changedAt - b.changedAt || a.sequence - b.sequence;

function oldest(ids: ReadonlySet<JobId>, limit: number): readonly JobId[] {
  const old: JobId[] = [];
  for (const id of ids) {
    if (ids.size - old.length <= limit) break;
    old.push(id);
  }
  return old;
}
