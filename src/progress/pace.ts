/** What was seen in the last 15 seconds makes nine tenths of the estimate. */
const windowMs = 15_000;

/** An estimate says nothing before this much time and this much work, or this many looks. */
const meaningful = { ms: 1_000, fraction: 0.02, looks: 3 };

/** What a speed of `ageMs` ago still counts for. */
const weightOf = (ageMs: number): number => 0.1 ** (ageMs / windowMs);

/**
 * How fast a fraction grows, smoothed twice: once against jumps, and once more so that the estimate
 * bends slowly instead of breaking. Decays while nothing moves, so that a stall is seen.
 */
export class Pace {
  readonly #beganAt: number;
  readonly #beganWith: number;
  #lookedAt: number;
  #fraction: number;
  /** How long the last step took. */
  #stepMs = 0;
  #looks = 0;
  #once = 0;
  #twice = 0;

  /** `at`: milliseconds of a clock that never goes back. */
  constructor(at: number, fraction: number) {
    this.#beganAt = at;
    this.#beganWith = fraction;
    this.#lookedAt = at;
    this.#fraction = fraction;
  }

  look(at: number, fraction: number): void {
    const ms = at - this.#lookedAt;
    if (ms <= 0 || fraction <= this.#fraction) return;
    const speed = (fraction - this.#fraction) / ms;
    const old = weightOf(ms);
    this.#once = this.#once * old + speed * (1 - old);
    // What was smoothed so far misses the time before the beginning; it is put right first.
    const known = 1 - weightOf(at - this.#beganAt);
    this.#twice = this.#twice * old + (this.#once / known) * (1 - old);
    this.#stepMs = ms;
    this.#lookedAt = at;
    this.#fraction = fraction;
    this.#looks += 1;
  }

  /** Milliseconds that are left; null: it means nothing yet. */
  leftMs(at: number): number | null {
    const ranMs = at - this.#beganAt;
    const gained = this.#fraction - this.#beganWith;
    if (ranMs < meaningful.ms || gained <= 0) return null;
    if (gained < meaningful.fraction && this.#looks < meaningful.looks) return null;
    // Within the time of a step the estimate counts down; what comes late makes it grow.
    const sinceMs = at - this.#lookedAt;
    const inStepMs = Math.min(sinceMs, this.#stepMs);
    const known = 1 - weightOf(this.#lookedAt - this.#beganAt);
    const speed = (this.#twice / known) * weightOf(sinceMs - inStepMs);
    return speed > 0 ? Math.max(0, (1 - this.#fraction) / speed - inStepMs) : null;
  }
}
