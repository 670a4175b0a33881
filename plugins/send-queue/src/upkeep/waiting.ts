import type { JobHost } from "../../../../src/sdk.ts";
import type { Destination } from "../destinations/destination.ts";
import type { SendParts } from "../job/send-job.ts";
import { hurryJobs, startJobs } from "../job/start-job.ts";
import type { Diversion } from "../queue/item.ts";

/** Looks after what waits for the destinations: what is too old, and what goes elsewhere. */
export class Waiting {
  readonly #host: JobHost;
  readonly #parts: SendParts;
  readonly #destinations: Iterable<Destination>;

  constructor(host: JobHost, parts: SendParts, destinations: Iterable<Destination>) {
    this.#host = host;
    this.#parts = parts;
    this.#destinations = destinations;
  }

  /** What has waited for longer than it may becomes an error. */
  async expire(now: number): Promise<void> {
    for (const one of this.#destinations) {
      const { target, meter } = one;
      const { name: destination, maxAgeMs } = target;
      if (maxAgeMs === null) continue;
      const given = { destination, before: now - maxAgeMs, now };
      const { count, jobs } = await this.#parts.queue.call("expire", given);
      meter.deadLetters += count;
      if (count > 0) one.line.settledSome();
      // They see that nothing waits any more, and end.
      await hurryJobs(this.#host, jobs);
    }
  }

  /** What has waited so long for a destination that is away so long goes to its alternate. */
  async divert(now: number): Promise<void> {
    for (const destination of this.#destinations) {
      const { name: from, alternate } = destination.target;
      if (alternate === null || !isAway(destination, now - alternate.afterMs)) continue;
      const given = { from, to: alternate.to, before: now - alternate.afterMs, now };
      const diversions = await this.#parts.queue.call("divert", given);
      for (const diversion of diversions) this.#tell(from, diversion);
      // The queue has all of them by now: that one has no job must not keep the others back.
      const requests = diversions.map(({ request }) => request);
      await startJobs(this.#host, this.#parts, requests);
      const jobs = diversions.flatMap(({ job }) => (job === null ? [] : [job]));
      await hurryJobs(this.#host, jobs);
      if (diversions.length > 0) destination.line.settledSome();
    }
  }

  #tell(from: string, { request, count, tried }: Diversion): void {
    const both = tried === 0 ? "" : ` ${tried} of them were tried there, and may have arrived.`;
    const words = `${count} instances go to ${request.destination} instead of ${from}, which is away.`;
    this.#host.log("warning", words + both);
  }
}

/** In trouble without a break, at least since then. Who is paused, or not in its window, is not away. */
const isAway = ({ breaker, isPaused }: Destination, since: number): boolean =>
  !isPaused && breaker.kind === "open" && breaker.since <= since;
