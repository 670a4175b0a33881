/** So many of its instances a job shows. */
export const shownInstances = 100;

/** How a job gets on, as far as the queue does not say it. */
export class Effort {
  /** How often it has begun to send: each time that something was tried after it had waited. */
  attempt: number;
  /** Instances a second that were delivered in the last step. */
  rate = 0;
  /** Their ids, the first of them. */
  instances: readonly string[] = [];
  #isTrying = false;
  #isAll = false;

  constructor(attempt = 0) {
    this.attempt = attempt;
  }

  /** Whether there are no more to show than it has. */
  get knowsAll(): boolean {
    return this.#isAll || this.instances.length >= shownInstances;
  }

  /** A step is over, in which so many were tried and delivered, in so many milliseconds. */
  drained(tried: number, delivered: number, ms: number): void {
    this.rate = Math.round((delivered / Math.max(1, ms)) * 10_000) / 10;
    if (tried === 0 || this.#isTrying) return;
    this.#isTrying = true;
    this.attempt += 1;
  }

  /** It waits from now on, or has ended. */
  stopped(): void {
    this.#isTrying = false;
  }

  /** These are all, or as many as are shown. `mayGrow`: more may come. */
  know(instances: readonly string[], mayGrow: boolean): void {
    this.instances = instances;
    this.#isAll = !mayGrow;
  }
}
