/** What a watch works with. */
export interface WatchParts {
  /** When the destination may be asked; epoch milliseconds, null: there is nothing to ask. */
  readonly nextAt: (now: number) => number | null;
  /** Whether anything waits for it. */
  readonly isAwaited: () => Promise<boolean>;
  /** Asks it; what comes of that shows in `nextAt`. Never throws. */
  readonly ask: (signal: AbortSignal) => Promise<void>;
}

/** Not more often, in milliseconds: somebody else may be asking. */
const leastMs = 250;

/** It is looked so often at least, in milliseconds: somebody may have set the clock. */
const longestMs = 600_000;

/** Two of those that wait look by themselves at least so far apart, in milliseconds. */
const spacingMs = 500;

/**
 * Asks after a destination that is in trouble when its time has come: once, however many requests wait for
 * it, which sleep meanwhile. Ends by itself when nothing waits any more.
 */
export class Watch {
  readonly #parts: WatchParts;
  readonly #ending = new AbortController();
  #timer: NodeJS.Timeout | null = null;
  #isLooking = false;
  #lastTurn = 0;

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  /** Call it whenever the time has changed, or somebody waits. Idempotent. */
  begin(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const now = Date.now();
    const at = this.#parts.nextAt(now);
    if (this.#isLooking || this.#ending.signal.aborted || at === null) return;
    const waitMs = Math.min(Math.max(at - now, leastMs), longestMs);
    this.#timer = setTimeout(() => void this.#look(), waitMs).unref();
  }

  /**
   * When somebody who waits should look by itself, if nobody wakes it before: one after the other, not
   * before `until`. Epoch milliseconds.
   */
  turnAfter(until: number): number {
    const now = Date.now();
    // A clock that was set back has not brought all turns into the far future.
    const last = Math.min(this.#lastTurn, now + longestMs);
    this.#lastTurn = Math.max(until, Math.min(last + spacingMs, now + longestMs));
    return this.#lastTurn;
  }

  /** Nothing is asked any more; what is being asked is given up. */
  close(): void {
    this.#ending.abort();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #look(): Promise<void> {
    this.#timer = null;
    this.#isLooking = true;
    const goesOn = await this.#askIfDue().finally(() => (this.#isLooking = false));
    if (goesOn) this.begin();
  }

  /** False: nothing waits. */
  async #askIfDue(): Promise<boolean> {
    const now = Date.now();
    const at = this.#parts.nextAt(now);
    if (at === null || at > now) return true;
    try {
      if (!(await this.#parts.isAwaited())) return false;
    } catch {
      // Nobody can tell now.
      return true;
    }
    await this.#parts.ask(this.#ending.signal);
    return true;
  }
}
