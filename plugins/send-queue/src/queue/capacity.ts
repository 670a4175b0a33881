/** Nothing more may enter the queue. */
export class TooMany extends Error {
  override readonly name = "TooMany";
}

/** Whoever was refused may be refused for so long without another count, in milliseconds. */
const staleMs = 1_000;

/** How many items may be in the queue: those that wait, and those that are errors. */
export class Capacity {
  readonly #count: () => number;
  readonly #now: () => number;
  #most = Infinity;
  /** So many may enter before it is counted again. */
  #left = 0;
  #refusedAt = -Infinity;

  /** `count`: how many there are; of a large queue that takes its time. */
  constructor(count: () => number, now: () => number = () => performance.now()) {
    this.#count = count;
    this.#now = now;
  }

  /** No more than these, from now on. */
  limit(most: number): void {
    this.#most = most;
    this.#left = 0;
    this.#refusedAt = -Infinity;
  }

  /** So many more enter. @throws {TooMany} not all of them may */
  take(count: number): void {
    if (this.#most === Infinity) return;
    if (this.#left < count) this.#left = this.#counted();
    if (this.#left < count) {
      throw new TooMany(
        `The queue has as many instances as it may have (MaxItems: ${this.#most}).`,
      );
    }
    this.#left -= count;
  }

  #counted(): number {
    const now = this.#now();
    if (now - this.#refusedAt < staleMs) return 0;
    const left = this.#most - this.#count();
    this.#refusedAt = left <= 0 ? now : -Infinity;
    return left;
  }
}
