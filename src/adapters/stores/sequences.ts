/** The counter of a host for places in its queue. The native core has one of its own. */
export interface Sequences {
  nextSequence(): number;
  /** `next` is the lowest that may be given from now on. Never goes back. */
  startSequence(next: number): void;
}

/** Counts in JavaScript, for hosts without native plugins. */
export class LocalSequences implements Sequences {
  #next = 1;

  nextSequence(): number {
    this.#next += 1;
    return this.#next - 1;
  }

  startSequence(next: number): void {
    this.#next = Math.max(this.#next, next);
  }
}
