/** What the engine called: a callback of a job, or the handler of a route. */
export type CalledBy = "job" | "route";

/**
 * Knows whether the code that is running was called by the engine: inside a callback a call must
 * not wait for what only the end of that callback can bring.
 */
export interface CallScope {
  /** Runs a callback inside a scope, which lasts until the promise it returns has settled. */
  enter<T>(calledBy: CalledBy, callback: () => T): T;
  /** What we are inside of, also in whatever it awaits, until it has settled; null: nothing. */
  inside(): CalledBy | null;
}
