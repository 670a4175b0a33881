import type { Room } from "../ports/room.ts";

/** The bound on waiting jobs of a host without native plugins. */
export class LocalRoom implements Room {
  readonly limit: number;
  /** Who waits, and for how much. */
  readonly #line = new Map<() => void, number>();
  #used = 0;

  /** `limit`: how many jobs may wait; 0: no bound. */
  constructor(limit: number) {
    this.limit = limit;
  }

  take(count: number): boolean {
    if (this.#line.size > 0 || !this.#hasRoom(count)) return false;
    this.#used += count;
    return true;
  }

  wait(count: number, given: () => void): () => boolean {
    // A wrapper of its own, so that the same function can wait twice.
    const own = (): void => given();
    this.#line.set(own, count);
    this.#serve();
    return () => {
      const waited = this.#line.delete(own);
      // One behind it may need less.
      if (waited) this.#serve();
      return waited;
    };
  }

  give(count: number): void {
    this.#used -= count;
    this.#serve();
  }

  begun(): void {
    this.give(1);
  }

  #hasRoom(count: number): boolean {
    return this.limit === 0 || this.#used + count <= this.limit;
  }

  #serve(): void {
    for (const [given, count] of this.#line) {
      if (!this.#hasRoom(count)) return;
      this.#line.delete(given);
      this.#used += count;
      given();
    }
  }
}
