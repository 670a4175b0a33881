import type { JobInfo } from "../../ports/job.ts";

type State = JobInfo["state"];

/** What is known of a job that has changed. */
export interface Change {
  readonly id: string;
  /** Null: it was there before anybody listened, and is gone without having changed since. */
  readonly of: Pick<JobInfo, "type" | "key"> | null;
  /** Every state it was in since anybody listens: whoever saw the job saw it in one of these. */
  readonly states: ReadonlySet<State>;
  readonly isGone: boolean;
  /** The place of its last change. */
  readonly number: number;
}

/** A change in the place it had. It means nothing any more if the change has another by now. */
export interface Slot {
  readonly number: number;
  readonly change: Change;
}

interface Kept extends Change {
  readonly states: Set<State>;
  isGone: boolean;
  number: number;
}

/** So many places that mean nothing any more are put up with. */
const slack = 1_024;

/**
 * Which jobs have changed since when: every job has one place, that of its last change, and whoever
 * knows everything up to a number gets what stands after it. A job that changes again before anybody
 * was told of it keeps its place, so however much happens, each has its turn.
 */
export class ChangeLog {
  /** Most jobs that are remembered as gone. */
  readonly #maxGone: number;
  /** In order; a slot whose number is not its change's means nothing. */
  #slots: Slot[] = [];
  readonly #jobs = new Map<string, Kept>();
  #goneCount = 0;
  #number = 0;
  #told = 0;
  #floor = 0;

  constructor(maxGone: number) {
    this.#maxGone = maxGone;
  }

  /** The number of the last change. */
  get number(): number {
    return this.#number;
  }

  /** Whether everything after this number is still known. */
  reaches(number: number): boolean {
    return number >= this.#floor && number <= this.#number;
  }

  /** The job is another than before. `from`: the state it was in, or null. */
  changed({ id, type, key, state }: JobInfo, from: State | null): void {
    let change = this.#jobs.get(id);
    if (change === undefined) {
      change = { id, of: { type, key }, states: new Set(), isGone: false, number: 0 };
      this.#jobs.set(id, change);
    }
    change.states.add(state);
    if (from !== null) change.states.add(from);
    this.#place(change);
  }

  forgotten(id: string): void {
    const none = { id, of: null, states: new Set<State>(), isGone: true, number: 0 };
    const change = this.#jobs.get(id) ?? none;
    this.#jobs.delete(id);
    change.isGone = true;
    this.#goneCount += 1;
    this.#place(change);
    if (this.#goneCount > this.#maxGone * 2) this.#tidy();
  }

  /** Somebody is told everything up to this number: what changes again stands after it. */
  told(number: number): void {
    this.#told = Math.max(this.#told, number);
  }

  /** What has changed after this number, oldest first. */
  after(number: number): readonly Slot[] {
    return this.#slots.slice(this.#firstAfter(number)).filter(means);
  }

  #place(change: Kept): void {
    if (change.number > this.#told) return;
    this.#number += 1;
    change.number = this.#number;
    this.#slots.push({ number: this.#number, change });
    const inUse = this.#jobs.size + this.#goneCount;
    if (this.#slots.length > 2 * inUse + slack) this.#tidy();
  }

  /** Lets go of places that mean nothing, and of the oldest of those that are gone. */
  #tidy(): void {
    let excess = this.#goneCount - this.#maxGone;
    this.#slots = this.#slots.filter((slot) => {
      const { number, change } = slot;
      if (!means(slot)) return false;
      if (!change.isGone || excess <= 0) return true;
      excess -= 1;
      this.#goneCount -= 1;
      this.#floor = number;
      return false;
    });
  }

  #firstAfter(number: number): number {
    let [low, high] = [0, this.#slots.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#slots[middle]?.number ?? 0) > number) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** Whether this is still the place of the change. */
export const means = ({ number, change }: Slot): boolean => change.number === number;
