import type { JobHost } from "../../../../src/sdk.ts";
import type { SendParts } from "../job/send-job.ts";
import { orphansOf, startJobs } from "../job/start-job.ts";

/** How often it is looked, in milliseconds. */
const lookMs = 5_000;

/**
 * Gives what waits a job again if it has none: it could not be submitted, or it ended while something
 * was put into its request. Whoever is just submitting one has until the next look.
 */
export class Orphans {
  readonly #host: JobHost;
  readonly #parts: SendParts;
  #seen: ReadonlySet<string> = new Set();
  #lookedAt = -Infinity;

  constructor(host: JobHost, parts: SendParts) {
    this.#host = host;
    this.#parts = parts;
  }

  /** @throws {QueueFailed} */
  async wake(): Promise<void> {
    // Of a clock that nobody sets.
    const now = performance.now();
    if (now - this.#lookedAt < lookMs) return;
    this.#lookedAt = now;
    const orphans = await orphansOf(this.#host, this.#parts);
    const old = orphans.filter(({ id }) => this.#seen.has(id));
    this.#seen = new Set(orphans.map(({ id }) => id));
    await startJobs(this.#host, this.#parts, old);
  }
}
