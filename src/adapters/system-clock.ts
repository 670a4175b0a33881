import type { Clock, Timer } from "../ports/clock.ts";

/** Node's timers fire at once above this many milliseconds, so longer ones are set in stages. */
const longestTimerMs = 2 ** 31 - 1;

/** So often an alarm for a time looks whether somebody has set the clock; milliseconds. */
const lookEveryMs = 30_000;

/** A clock that goes slower than it should is not one that was set back; milliseconds. */
const slackMs = 1_000;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  at: (time, callback) => new Alarm(time, time - Date.now() + slackMs, callback),
  after: (ms, callback) => new Alarm(Number.POSITIVE_INFINITY, ms, callback),
  every(ms, callback) {
    const timer = setInterval(callback, ms).unref();
    return { cancel: () => clearInterval(timer) };
  },
  yield: () => new Promise((resolve) => setImmediate(resolve)),
};

/**
 * Rings when the clock shows `time` or `ms` milliseconds have gone by, whichever is first. Looks
 * again whenever its timer fires: the clock may have been set meanwhile.
 */
class Alarm implements Timer {
  readonly #time: number;
  readonly #end: number;
  readonly #callback: () => void;
  #timer: NodeJS.Timeout;

  constructor(time: number, ms: number, callback: () => void) {
    this.#time = time;
    this.#end = performance.now() + ms;
    this.#callback = callback;
    this.#timer = this.#arm();
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }

  get #leftMs(): number {
    return Math.min(this.#time - Date.now(), this.#end - performance.now());
  }

  #arm(): NodeJS.Timeout {
    const longestMs = this.#time === Number.POSITIVE_INFINITY ? longestTimerMs : lookEveryMs;
    return setTimeout(() => this.#ring(), Math.min(Math.max(this.#leftMs, 0), longestMs));
  }

  #ring(): void {
    if (this.#leftMs <= 0) this.#callback();
    else this.#timer = this.#arm();
  }
}
