/** Longest interval of a timer; milliseconds. */
const forEverMs = 2 ** 31 - 1;

/**
 * Keeps the process from its end while there is something to wait for that only native threads
 * do, as a timer or a socket would: else whoever awaits a job is never answered.
 */
export class KeepAlive {
  readonly #timer: NodeJS.Timeout = setInterval(() => undefined, forEverMs).unref();
  #isBusy = false;

  set(isBusy: boolean): void {
    if (isBusy === this.#isBusy) return;
    this.#isBusy = isBusy;
    if (isBusy) this.#timer.ref();
    else this.#timer.unref();
  }

  /** For good. Idempotent. */
  end(): void {
    clearInterval(this.#timer);
  }
}
