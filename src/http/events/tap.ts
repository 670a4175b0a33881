import type { EngineEvent, Observer } from "../../ports/job-event.ts";
import type { Jobs } from "../../ports/jobs.ts";

/**
 * What the engine tells, for as long as somebody listens. A host that nobody observes runs short native
 * jobs without its engine, so nobody observes when nobody listens.
 */
export class Tap {
  readonly #jobs: Pick<Jobs, "observe">;
  readonly #listeners = new Set<Observer>();
  #observing: Disposable | null = null;

  constructor(jobs: Pick<Jobs, "observe">) {
    this.#jobs = jobs;
  }

  /** Calls `listener` with every event until the answer is disposed of. */
  listen(listener: Observer): Disposable {
    // A wrapper of its own, so that the same function can listen twice.
    const own: Observer = (event) => listener(event);
    this.#listeners.add(own);
    this.#observing ??= this.#jobs.observe((event) => this.#tell(event));
    return {
      [Symbol.dispose]: () => {
        this.#listeners.delete(own);
        if (this.#listeners.size > 0) return;
        this.#observing?.[Symbol.dispose]();
        this.#observing = null;
      },
    };
  }

  #tell(event: EngineEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
