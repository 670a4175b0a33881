import type { Clock, Timer } from "../../ports/clock.ts";

/**
 * Keeps the process from its end while there is something to wait for that only native threads
 * do, as a timer or a socket would: else whoever awaits a job is never answered.
 */
export class KeepAlive {
  readonly #clock: Clock;
  #alarm: Timer | null = null;
  #hasEnded = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  set(isBusy: boolean): void {
    if (!isBusy) {
      this.#alarm?.cancel();
      this.#alarm = null;
    } else if (!this.#hasEnded) {
      this.#alarm ??= this.#clock.at(Number.POSITIVE_INFINITY, () => undefined);
    }
  }

  /** For good: what is left alone must not hold up the end of the process. */
  end(): void {
    this.#hasEnded = true;
    this.set(false);
  }
}
