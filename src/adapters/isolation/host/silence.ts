import type { Clock, Timer } from "../../../ports/clock.ts";

/** How often a side is looked at whose steps have a time-out; milliseconds. */
const lookEveryMs = 250;

interface Watched {
  readonly limitMs: number;
  /** The look after which it was asked for. */
  readonly since: number;
}

/**
 * Notices when a side says nothing for longer than its steps may take: a step that never gives its
 * thread back. Time is counted in looks, not by the clock: while the host itself is held up it hears
 * nothing, and nobody there is to blame for that.
 */
export class Silence {
  readonly #clock: Clock;
  readonly #tooLong: (runs: readonly number[]) => void;
  readonly #watched = new Map<number, Watched>();
  #looks = 0;
  /** The look after which something came from there. */
  #heardAt = 0;
  #timer: Timer | null = null;

  /** `tooLong` is called at each look that finds runs whose limit is passed. */
  constructor(clock: Clock, tooLong: (runs: readonly number[]) => void) {
    this.#clock = clock;
    this.#tooLong = tooLong;
  }

  /** Something came from there. */
  heard(): void {
    this.#heardAt = this.#looks;
  }

  watch(run: number, limitMs: number): void {
    this.#watched.set(run, { limitMs, since: this.#looks });
    this.#timer ??= this.#clock.every(lookEveryMs, () => this.#look());
  }

  /** Idempotent, also for a run that is not watched. */
  forget(run: number): void {
    this.#watched.delete(run);
    if (this.#watched.size > 0) return;
    this.#timer?.cancel();
    this.#timer = null;
  }

  #look(): void {
    // What came while the host was held up is heard later in this turn, before the next look.
    this.#looks += 1;
    const overdue = [...this.#watched].filter(([, { limitMs, since }]) => {
      // The first look may come at once: it says nothing yet.
      const looks = this.#looks - Math.max(since, this.#heardAt) - 1;
      return looks * lookEveryMs >= limitMs;
    });
    if (overdue.length > 0) this.#tooLong(overdue.map(([run]) => run));
  }
}
