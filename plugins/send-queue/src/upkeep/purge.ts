import type { JobHost } from "../../../../src/sdk.ts";
import type { Destination } from "../destinations/destination.ts";
import type { Queue } from "../queue/queue.ts";

/** How often it is looked, in milliseconds. */
const lookMs = 3_600_000;

/** Takes errors out of the queue at which nobody has looked for as long as their destination says. */
export class Purge {
  readonly #host: Pick<JobHost, "log">;
  readonly #queue: Pick<Queue, "call">;
  readonly #destinations: Iterable<Destination>;
  #lookedAt = -Infinity;

  /** `destinations`: all; those that keep their errors are left alone. */
  constructor(
    host: Pick<JobHost, "log">,
    queue: Pick<Queue, "call">,
    destinations: Iterable<Destination>,
  ) {
    this.#host = host;
    this.#queue = queue;
    this.#destinations = destinations;
  }

  /** @throws {QueueFailed} the rest is looked at in the next round */
  async care(now: number): Promise<void> {
    if (Math.abs(now - this.#lookedAt) < lookMs) return;
    for (const { target } of this.#destinations) {
      const { name: destination, purgeMs } = target;
      if (purgeMs === null) continue;
      const given = { destination, before: now - purgeMs, now };
      const count = await this.#queue.call("purge", given);
      if (count === 0) continue;
      const words = `${count} errors of ${destination} left the error queue, as "Purge" says`;
      this.#host.log("warning", `${words}: they were not sent.`);
    }
    this.#lookedAt = now;
  }
}
