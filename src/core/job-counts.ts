import type { JobState } from "./job-state.ts";

type Kind = JobState["kind"];

/** How many jobs are in each state. */
export type StateCounts = Readonly<Record<Kind, number>>;

const nobody: StateCounts = {
  pending: 0,
  running: 0,
  paused: 0,
  retrying: 0,
  succeeded: 0,
  failed: 0,
};

/**
 * How many jobs are in which state, as the world may know it: counted when a change may be told. The
 * changes of one job may be told in any order, so in between a count can be off, even below zero.
 */
export class JobCounts {
  readonly #total: Record<Kind, number> = { ...nobody };
  readonly #byType = new Map<string, Record<Kind, number>>();

  get total(): StateCounts {
    return this.#total;
  }

  /** Types of which there are jobs. */
  get byType(): ReadonlyMap<string, StateCounts> {
    return this.#byType;
  }

  /** A job of this type went from one state to another. `from` null: it is new; `to` null: it is gone. */
  moved(type: string, from: Kind | null, to: Kind | null): void {
    const ofType = this.#byType.get(type) ?? { ...nobody };
    this.#byType.set(type, ofType);
    for (const counts of [this.#total, ofType]) {
      if (from !== null) counts[from] -= 1;
      if (to !== null) counts[to] += 1;
    }
    // Types come and go; only those that are there take memory.
    if (to === null && Object.values(ofType).every((count) => count === 0)) {
      this.#byType.delete(type);
    }
  }
}
