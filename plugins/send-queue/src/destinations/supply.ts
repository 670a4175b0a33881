import type { Item } from "../queue/item.ts";

/** The next are taken if those at hand are sent within so long, in milliseconds: as long as taking takes. */
const aheadMs = 10;

/** As many are taken as are sent within so long, in milliseconds: to take many at a time takes less. */
const spanMs = 25;

export interface SupplyOptions {
  /** Takes so many at most. */
  readonly claim: (limit: number) => Promise<readonly Item[]>;
  /** So many are taken at a time at least: as long as it is not known how fast it goes, or where it is slow. */
  readonly least: number;
  /** Nothing may be taken before all at hand are sent. */
  readonly isStrict: boolean;
  /** Milliseconds of a clock that only goes on. */
  readonly now?: () => number;
}

/**
 * What one way sends, some at a time. Where it goes fast they are many, and the next are taken from the queue
 * before the last of these are sent; where it is slow they are left to whichever way is free first.
 */
export class Supply {
  readonly #claim: SupplyOptions["claim"];
  readonly #least: number;
  readonly #isStrict: boolean;
  readonly #now: () => number;
  #upcoming: Promise<readonly Item[]> | null = null;
  /** When so many were left. */
  #before: { readonly at: number; readonly left: number } | null = null;
  /** How long one takes to be sent, in milliseconds; as far as is known. */
  #eachMs = Infinity;

  constructor({ claim, least, isStrict, now = () => performance.now() }: SupplyOptions) {
    this.#claim = claim;
    this.#least = least;
    this.#isStrict = isStrict;
    this.#now = now;
  }

  /** As many as are sent soon, as far as is known; `unknown`: if nothing is. */
  soon(unknown: number): number {
    return this.#eachMs === Infinity ? unknown : Math.max(1, Math.round(spanMs / this.#eachMs));
  }

  /** `room`: more than these are not wanted. Empty: nothing is due. @throws {QueueFailed} */
  next(room: number): Promise<readonly Item[]> {
    const upcoming = this.#upcoming ?? this.#claim(this.#limit(room));
    this.#upcoming = null;
    this.#before = null;
    return upcoming;
  }

  /** So many are left to be sent, those on their way among them. `room`: as above, and beside these. */
  look(left: number, room: number): void {
    if (this.#isStrict || this.#upcoming !== null) return;
    const at = this.#now();
    const before = this.#before;
    this.#before = { at, left };
    if (before === null || before.left <= left) return;
    this.#eachMs = (at - before.at) / (before.left - left);
    if (room <= 0 || left * this.#eachMs > aheadMs) return;
    this.#upcoming = this.#claim(this.#limit(room));
    // Whoever asks for it hears of it.
    this.#upcoming.catch(() => {});
  }

  /** What was taken and nobody has asked for: give it back. */
  async rest(): Promise<readonly Item[]> {
    const upcoming = this.#upcoming;
    this.#upcoming = null;
    return upcoming === null ? [] : await upcoming.catch(() => []);
  }

  #limit(room: number): number {
    const wanted = this.#isStrict ? this.#least : Math.max(this.#least, this.soon(this.#least));
    return Math.max(1, Math.min(wanted, room));
  }
}
