/** So many clients are remembered; those that asked longest ago leave first, and begin anew. */
const maxClients = 10_000;

interface Bucket {
  /** Requests that may come now; it fills with time. */
  readonly tokens: number;
  readonly at: number;
}

/** How many requests a second each client may send: a token bucket for each, twice a second deep. */
export class RequestRates {
  readonly #perSecond: number;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  /** `perSecond` 0: no bound. `now`: milliseconds that only grow. */
  constructor(perSecond: number, now: () => number) {
    this.#perSecond = perSecond;
    this.#now = now;
  }

  /** Counts a request. Answers how long its sender must wait instead; milliseconds, 0: it need not. */
  count(client: string): number {
    if (this.#perSecond === 0) return 0;
    const now = this.#now();
    const deep = 2 * this.#perSecond;
    const { tokens, at } = this.#buckets.get(client) ?? { tokens: deep, at: now };
    const left = Math.min(deep, tokens + ((now - at) / 1_000) * this.#perSecond);
    this.#buckets.delete(client);
    this.#buckets.set(client, { tokens: left < 1 ? left : left - 1, at: now });
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > maxClients && oldest !== undefined) this.#buckets.delete(oldest);
    return left < 1 ? ((1 - left) / this.#perSecond) * 1_000 : 0;
  }
}
