import type { Clock, Timer } from "../ports/clock.ts";

interface Alarm {
  readonly callback: () => void;
  /** Milliseconds between two calls; null: it rings once. */
  readonly everyMs: number | null;
  /** What `now` must show; infinity: it does not matter. */
  readonly time: number;
  /** What `elapsed` must show, at the latest. */
  due: number;
}

/**
 * A clock that stands still until a test moves it. Only `yield` is real: it lets the process do
 * whatever it can do without the time going on.
 */
export class FakeClock implements Clock {
  readonly #alarms = new Set<Alarm>();
  /** What `now` would say if no time had gone by. */
  #zero: number;
  #elapsed = 0;

  /** `start`: what `now` says at first; epoch milliseconds. */
  constructor(start: number = 1_700_000_000_000) {
    this.#zero = start;
  }

  now(): number {
    return this.#zero + this.#elapsed;
  }

  elapsed(): number {
    return this.#elapsed;
  }

  at(time: number, callback: () => void): Timer {
    const due = this.#elapsed + time - this.now();
    const timer = this.#set({ callback, everyMs: null, time, due });
    if (time <= this.now()) setImmediate(() => this.#ringUntil(this.#elapsed));
    return timer;
  }

  after(ms: number, callback: () => void): Timer {
    const due = this.#elapsed + ms;
    const timer = this.#set({ callback, everyMs: null, time: Number.POSITIVE_INFINITY, due });
    if (ms <= 0) setImmediate(() => this.#ringUntil(this.#elapsed));
    return timer;
  }

  every(ms: number, callback: () => void): Timer {
    const due = this.#elapsed + ms;
    return this.#set({ callback, everyMs: ms, time: Number.POSITIVE_INFINITY, due });
  }

  yield(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  /** Moves the time on and rings what becomes due, in order, each at its own time. */
  advance(ms: number): void {
    const end = this.#elapsed + ms;
    this.#ringUntil(end);
    this.#elapsed = end;
  }

  /** Sets the clock, forward or (a negative number) back; no time goes by. Rings what is due then. */
  jump(ms: number): void {
    this.#zero += ms;
    this.#ringUntil(this.#elapsed);
  }

  /** How many alarms of `at` and `after` are set: what would keep a process with a real clock. */
  get alarms(): number {
    return [...this.#alarms].filter(({ everyMs }) => everyMs === null).length;
  }

  #set(alarm: Alarm): Timer {
    this.#alarms.add(alarm);
    return { cancel: () => void this.#alarms.delete(alarm) };
  }

  #ringUntil(end: number): void {
    for (let next = this.#next(end); next !== null; next = this.#next(end)) {
      this.#elapsed = Math.max(this.#elapsed, this.#dueOf(next));
      if (next.everyMs === null) this.#alarms.delete(next);
      else next.due += next.everyMs;
      next.callback();
    }
  }

  #next(end: number): Alarm | null {
    let next: Alarm | null = null;
    for (const alarm of this.#alarms) {
      const due = this.#dueOf(alarm);
      if (due <= end && (next === null || due < this.#dueOf(next))) next = alarm;
    }
    return next;
  }

  #dueOf({ time, due }: Alarm): number {
    return Math.min(time - this.#zero, due);
  }
}
