/** A rate is that of so long, in milliseconds. */
const windowMs = 10_000;

interface Mark {
  readonly at: number;
  readonly value: number;
}

/** How fast a counter grows, as it is looked at now and then. */
export class Pace {
  #marks: readonly Mark[] = [];

  /** Per second, since a while; null: it was not looked at before. `now`: monotonic milliseconds. */
  look(value: number, now: number): number | null {
    const young = this.#marks.filter(({ at }) => now - at <= windowMs);
    // Who looks seldom sees the rate since the last look.
    const before = young[0] ?? this.#marks.at(-1);
    this.#marks = [...young, { at: now, value }];
    if (before === undefined || now <= before.at) return null;
    return ((value - before.value) * 1_000) / (now - before.at);
  }
}
