/** So many failures of an address are free with one name, and with all of them. */
const freeWithOneName = 5;
const freeWithAllNames = 50;

/** The next costs a wait, and each after it doubles that; milliseconds. */
const firstWaitMs = 1_000;
const longestWaitMs = 60_000;

/** So long after its last failure all of them are forgotten; milliseconds. */
const rememberedMs = 900_000;

/** So many names and addresses are remembered; those that failed longest ago leave first. */
const maxRemembered = 10_000;

/** No user's name is longer; what is sent may be. */
const longestName = 64;

interface Failures {
  readonly count: number;
  readonly lastAt: number;
}

/**
 * Slows down whoever guesses passwords. It counts by address, and by address and name: who guesses one
 * name keeps others behind the same address, such as a proxy's, from nothing for a long time.
 */
export class FailedLogins {
  /** Those that failed longest ago come first. */
  readonly #failures = new Map<string, Failures>();
  readonly #now: () => number;

  /** `now`: milliseconds that only grow. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** How long this address must wait before it tries this name; milliseconds. 0: it need not. */
  waitOf(address: string, name: string): number {
    const waits = keysOf(address, name).map(({ key, free }) => {
      const { count, lastAt } = this.#of(key);
      return lastAt + waitAfter(count - free) - this.#now();
    });
    return Math.max(0, ...waits);
  }

  /**
   * Counts an attempt as failed before that is known: of many at a time none may get through because
   * the others are not answered yet. Answers what takes it back, for one that succeeds.
   */
  begin(address: string, name: string): () => void {
    const keys = keysOf(address, name);
    for (const { key } of keys) this.#put(key, this.#of(key).count + 1);
    return () => {
      for (const { key } of keys) this.#takeBack(key);
    };
  }

  #of(key: string): Failures {
    const found = this.#failures.get(key);
    const isRecent = found !== undefined && found.lastAt + rememberedMs > this.#now();
    return isRecent ? found : { count: 0, lastAt: Number.NEGATIVE_INFINITY };
  }

  #put(key: string, count: number): void {
    this.#failures.delete(key);
    this.#failures.set(key, { count, lastAt: this.#now() });
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > maxRemembered && oldest !== undefined) this.#failures.delete(oldest);
  }

  #takeBack(key: string): void {
    const found = this.#failures.get(key);
    if (found === undefined) return;
    if (found.count === 1) this.#failures.delete(key);
    else this.#failures.set(key, { ...found, count: found.count - 1 });
  }
}

/** How long nobody may try after so many failures that were not free; milliseconds. */
function waitAfter(count: number): number {
  return count < 0 ? 0 : Math.min(firstWaitMs * 2 ** count, longestWaitMs);
}

function keysOf(address: string, name: string): readonly { key: string; free: number }[] {
  return [
    { key: address, free: freeWithAllNames },
    { key: `${address} ${name.slice(0, longestName)}`, free: freeWithOneName },
  ];
}
