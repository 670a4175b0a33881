import type { Clock } from "../../ports/clock.ts";

/** So long at most is the loop kept from others, in milliseconds. */
const sliceMs = 1;

/** Cuts much work into slices between which everybody else has a turn. */
export class Slices {
  readonly #clock: Clock;
  #start: number;
  #busyMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#start = clock.elapsed();
  }

  /** What the work took so far, without the turns of others; milliseconds. */
  get busyMs(): number {
    return this.#busyMs + this.#clock.elapsed() - this.#start;
  }

  /** Whether it is time to `await turn()`. */
  get isOver(): boolean {
    return this.#clock.elapsed() - this.#start >= sliceMs;
  }

  /** Lets everybody else have a turn. */
  async turn(): Promise<void> {
    this.#busyMs = this.busyMs;
    await this.#clock.yield();
    this.#start = this.#clock.elapsed();
  }
}
