/**
 * Which requests the store thread was committing when it was last heard of; in shared memory,
 * because a thread that died cannot be asked. Only these may be in the store although nobody has
 * answered them: all others have not reached their COMMIT.
 */
export class CommitMark {
  readonly buffer: SharedArrayBuffer;
  readonly #range: BigInt64Array;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(16)) {
    this.buffer = buffer;
    this.#range = new BigInt64Array(buffer);
  }

  /**
   * Called right before COMMIT. A thread that dies between the two stores leaves an empty range;
   * that is right: this group has not begun, and the one before has been answered.
   */
  set(first: number, last: number): void {
    Atomics.store(this.#range, 0, BigInt(first));
    Atomics.store(this.#range, 1, BigInt(last));
  }

  covers(number: number): boolean {
    return number >= Atomics.load(this.#range, 0) && number <= Atomics.load(this.#range, 1);
  }
}
