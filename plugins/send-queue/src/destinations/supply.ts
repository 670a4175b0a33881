import type { Item } from "../queue/item.ts";

/** The next are taken if those at hand are sent within so long, in milliseconds: as long as taking takes. */
const aheadMs = 5;

/**
 * What one way sends, some at a time. Where it goes fast the next are taken from the queue before the last of
 * these are sent; where it is slow they are left to whichever way is free first.
 */
export class Supply {
  readonly #claim: () => Promise<readonly Item[]>;
  readonly #isStrict: boolean;
  readonly #now: () => number;
  #upcoming: Promise<readonly Item[]> | null = null;
  /** When so many were left. */
  #before: { readonly at: number; readonly left: number } | null = null;

  /** `isStrict`: nothing may be taken before all of these are sent. `now`: milliseconds that only go on. */
  constructor(
    claim: () => Promise<readonly Item[]>,
    isStrict: boolean,
    now: () => number = (): number => performance.now(),
  ) {
    this.#claim = claim;
    this.#isStrict = isStrict;
    this.#now = now;
  }

  /** Empty: nothing is due. @throws {QueueFailed} */
  next(): Promise<readonly Item[]> {
    const upcoming = this.#upcoming ?? this.#claim();
    this.#upcoming = null;
    this.#before = null;
    return upcoming;
  }

  /** So many are left to be sent, those on their way among them. */
  look(left: number): void {
    if (this.#isStrict || this.#upcoming !== null) return;
    const at = this.#now();
    const before = this.#before;
    this.#before = { at, left };
    if (before === null || before.left <= left) return;
    const eachMs = (at - before.at) / (before.left - left);
    if (left * eachMs > aheadMs) return;
    this.#upcoming = this.#claim();
    // Whoever asks for it hears of it.
    this.#upcoming.catch(() => {});
  }

  /** What was taken and nobody has asked for: give it back. */
  async rest(): Promise<readonly Item[]> {
    const upcoming = this.#upcoming;
    this.#upcoming = null;
    return upcoming === null ? [] : await upcoming.catch(() => []);
  }
}
