import type { Room } from "../ports/room.ts";

/** The bound on waiting jobs of a host without native plugins. */
export class LocalRoom implements Room {
  readonly #limit: number;
  readonly #line = new Set<() => void>();
  #used = 0;

  /** `limit`: how many jobs may wait; 0: no bound. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  take(): boolean {
    if (this.#line.size > 0 || !this.#hasRoom()) return false;
    this.#used += 1;
    return true;
  }

  wait(given: () => void): () => boolean {
    // A wrapper of its own, so that the same function can wait twice.
    const own = (): void => given();
    this.#line.add(own);
    this.#serve();
    return () => this.#line.delete(own);
  }

  give(count: number): void {
    this.#used -= count;
    this.#serve();
  }

  begun(): void {
    this.give(1);
  }

  #hasRoom(): boolean {
    return this.#limit === 0 || this.#used < this.#limit;
  }

  #serve(): void {
    for (const given of this.#line) {
      if (!this.#hasRoom()) return;
      this.#line.delete(given);
      this.#used += 1;
      given();
    }
  }
}
