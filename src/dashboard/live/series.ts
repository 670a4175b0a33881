/** How far back the graph goes, in samples of a second. */
export const seriesLength = 180;

/** One second of the host's life. */
export interface Sample {
  /** The second, epoch seconds. */
  readonly second: number;
  /** Jobs that finished in it. */
  readonly finished: number;
  /** Jobs that waited at its end; null: nobody was looking. */
  readonly waiting: number | null;
}

/** What happened in each of the last seconds, oldest first; the second that runs is left out. */
export class Series {
  readonly #finished = new Map<number, number>();
  readonly #waiting = new Map<number, number>();

  /** Jobs finished then; epoch milliseconds. */
  finished(times: Iterable<number>): void {
    for (const time of times) {
      const second = Math.floor(time / 1000);
      this.#finished.set(second, (this.#finished.get(second) ?? 0) + 1);
    }
  }

  /** So many jobs wait at this moment. */
  waiting(count: number, now: number): void {
    this.#waiting.set(Math.floor(now / 1000), count);
  }

  samples(now: number): readonly Sample[] {
    const end = Math.floor(now / 1000);
    const start = end - seriesLength;
    this.#forgetBefore(start);
    let last: number | null = null;
    return Array.from({ length: seriesLength }, (_, index) => {
      const second = start + index;
      last = this.#waiting.get(second) ?? last;
      return { second, finished: this.#finished.get(second) ?? 0, waiting: last };
    });
  }

  #forgetBefore(start: number): void {
    for (const second of this.#finished.keys()) if (second < start) this.#finished.delete(second);
    // The last count before the window holds at its beginning.
    const older = [...this.#waiting.keys()]
      .filter((second) => second <= start)
      .toSorted((a, b) => a - b);
    for (const second of older.slice(0, -1)) this.#waiting.delete(second);
    const held = older.at(-1);
    if (held !== undefined && held < start) {
      this.#waiting.set(start, this.#waiting.get(held) ?? 0);
      this.#waiting.delete(held);
    }
  }
}
