import type { Clock, Timer } from "../ports/clock.ts";

/** Node's timers fire at once above this many milliseconds, so longer ones are set in stages. */
const longestTimerMs = 2 ** 31 - 1;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  at: (time, callback) => new Alarm(time, callback),
  every(ms, callback) {
    const timer = setInterval(callback, ms).unref();
    return { cancel: () => clearInterval(timer) };
  },
  yield: () => new Promise((resolve) => setImmediate(resolve)),
};

/** Looks at the clock again whenever its timer fires: it may have been set meanwhile. */
class Alarm implements Timer {
  readonly #time: number;
  readonly #callback: () => void;
  #timer: NodeJS.Timeout;

  constructor(time: number, callback: () => void) {
    this.#time = time;
    this.#callback = callback;
    this.#timer = this.#arm();
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }

  #arm(): NodeJS.Timeout {
    const wait = Math.min(Math.max(this.#time - Date.now(), 0), longestTimerMs);
    return setTimeout(() => this.#ring(), wait);
  }

  #ring(): void {
    if (Date.now() >= this.#time) this.#callback();
    else this.#timer = this.#arm();
  }
}
