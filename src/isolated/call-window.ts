/**
 * No more than so many calls under way at once, in their order: who asks without waiting for answers
 * fills memory of its own, not the host's.
 */
export class CallWindow {
  readonly #most: number;
  /** Those whose turn has not come. */
  readonly #line = new Set<() => void>();
  #underWay = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Calls when it is its turn, at once if it can be. Rejects as the call does; with an AbortError if
   * `signal` is aborted before.
   */
  async pass<T>(call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#underWay < this.#most) this.#underWay += 1;
    else await this.#turn(signal);
    try {
      return await call();
    } finally {
      this.#next();
    }
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const abort = (): void => {
      this.#line.delete(begin);
      reject(new DOMException("it was given up before its turn", "AbortError"));
    };
    const begin = (): void => {
      signal?.removeEventListener("abort", abort);
      resolve();
    };
    this.#line.add(begin);
    signal?.addEventListener("abort", abort, { once: true });
    return promise;
  }

  /** Whoever is next takes over. */
  #next(): void {
    const [begin] = this.#line;
    if (begin === undefined) {
      this.#underWay -= 1;
      return;
    }
    this.#line.delete(begin);
    begin();
  }
}
