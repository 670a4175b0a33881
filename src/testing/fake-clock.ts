import type { Clock, Timer } from "../ports/clock.ts";

interface Alarm {
  readonly callback: () => void;
  /** Milliseconds between two calls; null: it rings once. */
  readonly everyMs: number | null;
  due: number;
}

/**
 * A clock that stands still until a test moves it. Only `yield` is real: it lets the process do
 * whatever it can do without the time going on.
 */
export class FakeClock implements Clock {
  readonly #start: number;
  readonly #alarms = new Set<Alarm>();
  #now: number;

  /** `start`: what `now` says at first; epoch milliseconds. */
  constructor(start: number = 1_700_000_000_000) {
    this.#start = start;
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  elapsed(): number {
    return this.#now - this.#start;
  }

  at(time: number, callback: () => void): Timer {
    const timer = this.#set({ callback, everyMs: null, due: time });
    if (time <= this.#now) setImmediate(() => this.#ringUntil(this.#now));
    return timer;
  }

  every(ms: number, callback: () => void): Timer {
    return this.#set({ callback, everyMs: ms, due: this.#now + ms });
  }

  yield(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  /** Moves the time on and rings what becomes due, in order, each at its own time. */
  advance(ms: number): void {
    const end = this.#now + ms;
    this.#ringUntil(end);
    this.#now = end;
  }

  /** How many alarms of `at` are set: what would keep a process with a real clock from its end. */
  get alarms(): number {
    return [...this.#alarms].filter(({ everyMs }) => everyMs === null).length;
  }

  #set(alarm: Alarm): Timer {
    this.#alarms.add(alarm);
    return { cancel: () => void this.#alarms.delete(alarm) };
  }

  #ringUntil(end: number): void {
    for (let next = this.#next(end); next !== null; next = this.#next(end)) {
      this.#now = Math.max(this.#now, next.due);
      if (next.everyMs === null) this.#alarms.delete(next);
      else next.due += next.everyMs;
      next.callback();
    }
  }

  #next(end: number): Alarm | null {
    let next: Alarm | null = null;
    for (const alarm of this.#alarms) {
      if (alarm.due <= end && (next === null || alarm.due < next.due)) next = alarm;
    }
    return next;
  }
}
