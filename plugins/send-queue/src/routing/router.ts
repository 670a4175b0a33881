import { setTimeout as delay } from "node:timers/promises";
import type { Instance } from "../part10/part10.ts";
import type { Arrival, QueueRequest } from "../queue/item.ts";
import { GrowingRequests, type Place } from "./growing-requests.ts";
import type { Origin } from "./origin.ts";
import type { Routing } from "./read-routing.ts";
import { routesOf, tagsOf } from "./rule.ts";

/** What the router asks of whoever runs jobs. */
export interface RouterJobs {
  /** Submits the job of a request that is in the queue; answers its id. */
  start(request: QueueRequest, study: string): Promise<string>;
  /** Whether a job has not ended. */
  isAlive(job: string): boolean;
  /** Has jobs that wait for their time begin again now. */
  hurry(jobs: readonly string[]): void;
  log(level: "info" | "warning", text: string): void;
}

/** Where an instance goes by itself. */
export interface Routed {
  readonly sends: Arrival["sends"];
  /**
   * It has entered these of the requests; or none, also if it failed. `hastened`: the jobs of others that
   * send it sooner now. Must be called.
   */
  readonly settle: (entered: readonly string[], hastened?: readonly string[]) => void;
}

/** What matched no rule is told so often, in milliseconds. */
const tellEveryMs = 10_000;

/** A job that could not be submitted is submitted again after so long, at first and at most; milliseconds. */
const firstRetryMs = 100;
const maxRetryMs = 10_000;

/** Has what comes in sent where the rules say, with one job for each study and destination. */
export class Router {
  /** What the rules ask of a data set. */
  readonly tags: readonly number[];
  readonly #routing: Routing;
  readonly #growing: GrowingRequests;
  readonly #ending = new AbortController();
  #host: RouterJobs | null = null;
  #unmatched = 0;
  #toldAt = -Infinity;

  constructor(routing: Routing) {
    this.#routing = routing;
    this.tags = tagsOf(routing.rules);
    this.#growing = new GrowingRequests({
      isAlive: (job) => this.#host?.isAlive(job) ?? true,
      wake: (job) => this.#host?.hurry([job]),
    });
  }

  /** Jobs can be submitted from now on. */
  begin(host: RouterJobs): void {
    this.#host = host;
  }

  end(): void {
    this.#ending.abort();
  }

  /** Where an instance of a study goes. */
  route(instance: Instance, study: string, origin: Origin): Routed {
    const routes = this.#routesOf(instance, origin);
    const places = [...routes].map(([destination, priority]) =>
      this.#growing.placeFor(destination, study, priority),
    );
    return {
      sends: places.map(({ request }) => ({
        request,
        policy: this.#routing.policyOf(request.destination),
      })),
      settle: (entered, hastened = []) => {
        if (hastened.length > 0) this.#host?.hurry(hastened);
        for (const place of places) {
          if (place.done(entered.includes(place.request.id))) void this.#start(place);
        }
      },
    };
  }

  /** All of a request is sent: whether its job may end. */
  mayEnd(request: string): boolean {
    return this.#growing.mayEnd(request);
  }

  /** As the growing requests have it. */
  entered(request: string): number {
    return this.#growing.entered(request);
  }

  /** The same. */
  maySleep(request: string, entered: number): boolean {
    return this.#growing.maySleep(request, entered);
  }

  #routesOf(instance: Instance, origin: Origin): ReadonlyMap<string, number> {
    if (origin.to !== null) return new Map(origin.to.map((name) => [name, 0]));
    const { rules } = this.#routing;
    if (rules.length === 0) return new Map();
    const routes = routesOf(rules, instance, origin);
    if (routes === null) this.#tellUnmatched();
    return routes ?? new Map();
  }

  /** One line for many: thousands may come. */
  #tellUnmatched(): void {
    this.#unmatched += 1;
    const now = performance.now();
    if (now - this.#toldAt < tellEveryMs) return;
    this.#host?.log(
      "warning",
      `No rule fits what came in (${this.#unmatched} instances since this was said last); it stays in the spool.`,
    );
    this.#toldAt = now;
    this.#unmatched = 0;
  }

  /** The queue has it already: that it is sent must not fail because too many jobs wait. */
  async #start({ request, study, started }: Place): Promise<void> {
    const { signal } = this.#ending;
    for (let afterMs = firstRetryMs; !signal.aborted; afterMs = Math.min(maxRetryMs, 2 * afterMs)) {
      try {
        const job = await this.#host?.start(request, study);
        if (job !== undefined) started(job);
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (afterMs === firstRetryMs) this.#tellDelay(error);
        await delay(afterMs, null, { ref: false, signal }).catch(() => {});
      }
    }
  }

  #tellDelay(error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    this.#host?.log("warning", `What came in waits: no job could be submitted for it yet: ${why}`);
  }
}
