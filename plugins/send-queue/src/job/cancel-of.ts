import type { JobRun } from "../../../../src/sdk.ts";

/** A run that was asked to pause is looked at so often, in milliseconds. */
const lookMs = 250;

/**
 * Tells that a job is canceled, while it runs: a pause lets the instances that are on their way arrive, a cancel does
 * not. The signal of a run says once that something is asked of it; a cancel may come after a pause.
 */
export class CancelOf implements Disposable {
  readonly #run: JobRun;
  readonly #ending = new AbortController();
  readonly #look = (): void => this.#lookAtRun();
  #timer: NodeJS.Timeout | null = null;

  constructor(run: JobRun) {
    this.#run = run;
    run.signal.addEventListener("abort", this.#look);
  }

  /** Aborted when it is. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  [Symbol.dispose](): void {
    this.#run.signal.removeEventListener("abort", this.#look);
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #lookAtRun(): void {
    if (this.#run.shouldStop() === "cancel") this.#ending.abort();
    else this.#timer ??= setInterval(this.#look, lookMs).unref();
  }
}
