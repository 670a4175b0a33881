import type { RequestCounts } from "../queue/item.ts";

/** What a request came to when everything of it had been tried once. */
export interface FirstPass {
  readonly counts: RequestCounts;
  /** When it goes on; epoch milliseconds; null: it is over, or nobody knows. */
  readonly nextAt: number | null;
}

/** Tells who waits for a request when everything of it has been tried once. */
export class Requests {
  readonly #waiting = new Map<string, Set<(pass: FirstPass | null) => void>>();

  /**
   * Resolves at the end of the next pass; null: nobody can say what it came to. Call it before the job
   * is submitted.
   */
  firstPass(request: string): Promise<FirstPass | null> {
    const { promise, resolve } = Promise.withResolvers<FirstPass | null>();
    const waiting = this.#waiting.get(request) ?? new Set();
    this.#waiting.set(request, waiting.add(resolve));
    return promise;
  }

  isAwaited(request: string): boolean {
    return this.#waiting.has(request);
  }

  passed(request: string, pass: FirstPass | null): void {
    for (const resolve of this.#waiting.get(request) ?? []) resolve(pass);
    this.#waiting.delete(request);
  }
}
