import { randomUUID } from "node:crypto";
import type { JobHost, JsonObject, RouteRequest, RouteResponse } from "../../../../src/sdk.ts";
import type { Destination } from "../destinations/destination.ts";
import { lastErrorOf } from "../destinations/last-error.ts";
import type { SendParts } from "../job/send-job.ts";
import {
  hurryRequests,
  resumeRequests,
  startJob,
  takeFrom,
  wakeRequests,
} from "../job/start-job.ts";
import { queueFigures } from "../metrics/queue-figures.ts";
import type { SendQueue } from "../open-send-queue.ts";
import type { Item, ListedItem } from "../queue/item.ts";
import { shownItem } from "../queue/shown-item.ts";
import { timestamp } from "../timestamp.ts";
import type { ItemFilter } from "../queue/item-filter.ts";
import type { Total } from "../queue/queue-reader.ts";
import { echo } from "./modalities.ts";
import { noDestination, withDestination } from "./named-destination.ts";
import { readBodyFilter, readQueryFilter } from "./read-filter.ts";
import { badRequest, refuse, unknownResource } from "./refusal.ts";
import { summaryOfUnconfigured, unconfigured } from "./unconfigured.ts";

/** Most items that are answered at once. */
const maxItems = 1_000;

/** Registers /send-queue: what waits and what failed, and what can be done about it. */
export function registerQueue(host: JobHost, open: SendQueue, parts: SendParts): void {
  const desk = new QueueDesk(host, open, parts);
  host.registerRoute("GET", "/send-queue", () => desk.summary());
  const figures = async (): Promise<RouteResponse> => {
    const body = await queueFigures(open.queue, [...open.destinations], Date.now());
    return { body, headers: { "content-type": "text/plain; version=0.0.4" } };
  };
  host.registerRoute("GET", "/send-queue/metrics", figures, { metrics: true });
  host.registerRoute("GET", "/send-queue/items", (request) => desk.items(request, {}));
  host.registerRoute("GET", "/send-queue/errors", (request) =>
    desk.items(request, { state: "failed" }),
  );
  host.registerRoute("GET", "/send-queue/jobs/{id}/failed", (request) =>
    desk.items(request, { job: request.params["id"] ?? "", state: "failed" }),
  );
  host.registerRoute("GET", "/send-queue/items/{id}", (request) => desk.item(request));
  const operate = { scope: "operate" } as const;
  host.registerRoute(
    "DELETE",
    "/send-queue/items/{id}",
    (request) => desk.remove(request),
    operate,
  );
  host.registerRoute(
    "POST",
    "/send-queue/items/{id}/retry",
    (request) => desk.retry(request),
    operate,
  );
  host.registerRoute(
    "POST",
    "/send-queue/errors/requeue",
    (request) => desk.requeue(request),
    operate,
  );
  for (const [name, act] of Object.entries(desk.actions)) {
    host.registerRoute(
      "POST",
      `/send-queue/destinations/{id}/${name}`,
      (request) => withDestination(open, request, (destination) => act(request, destination)),
      operate,
    );
  }
}

type Act = (request: RouteRequest, destination: Destination) => Promise<RouteResponse>;

class QueueDesk {
  readonly actions: Readonly<Record<string, Act>> = {
    pause: async (_request, destination) => {
      await destination.pause();
      return done({});
    },
    resume: async (_request, destination) => {
      await destination.resume();
      return done({});
    },
    probe: (request, destination) => echo(request, destination),
    flush: (_request, destination) => this.#flush(destination),
    move: (request, destination) => this.#move(request, destination),
  };
  readonly #host: JobHost;
  readonly #open: SendQueue;
  readonly #parts: SendParts;

  constructor(host: JobHost, open: SendQueue, parts: SendParts) {
    this.#host = host;
    this.#open = open;
    this.#parts = parts;
  }

  /** Each destination: what waits and what failed there, and how it fares. */
  async summary(): Promise<RouteResponse> {
    const totals = await this.#open.queue.call("totals", {});
    const now = Date.now();
    const destinations = [...this.#open.destinations].map((destination) =>
      summaryOf(
        destination,
        totals.filter((total) => total.destination === destination.target.name),
        now,
      ),
    );
    const others = unconfigured(this.#open.destinations, totals).map(summaryOfUnconfigured);
    return done({ Destinations: [...destinations, ...others] });
  }

  async items(request: RouteRequest, fixed: ItemFilter): Promise<RouteResponse> {
    const read = readQueryFilter(request.query);
    if ("invalid" in read) return refuse(request, badRequest(read.invalid));
    const limit = Math.min(read.limit ?? maxItems, maxItems);
    const filter = { ...read.filter, ...fixed };
    const items = await this.#open.queue.call("items", { filter, limit });
    const last = items.at(-1);
    return {
      ...done(items.map(shownItem)),
      headers: items.length === limit && last !== undefined ? { "X-Next": String(last.id) } : {},
    };
  }

  async item(request: RouteRequest): Promise<RouteResponse> {
    const item = await this.#find(request);
    return item === null ? unknownItem(request) : done(shownItem(item));
  }

  async remove(request: RouteRequest): Promise<RouteResponse> {
    const item = await this.#find(request);
    if (item === null) return unknownItem(request);
    const filter = { ids: [item.id] };
    await this.#takeFrom(item.destination, () =>
      this.#open.queue.call("remove", { filter, now: Date.now() }),
    );
    return done({});
  }

  async retry(request: RouteRequest): Promise<RouteResponse> {
    const item = await this.#find(request);
    return item === null ? unknownItem(request) : this.#requeue({ ids: [item.id] });
  }

  async requeue(request: RouteRequest): Promise<RouteResponse> {
    const read = readBodyFilter(request.body);
    return "invalid" in read
      ? refuse(request, badRequest(read.invalid))
      : this.#requeue(read.filter);
  }

  async #requeue(filter: ItemFilter): Promise<RouteResponse> {
    const requests = await this.#open.queue.call("requeue", { filter, now: Date.now() });
    await resumeRequests(this.#host, this.#parts, requests);
    return done({ Requeued: requests.length });
  }

  /** Tries at once, whatever it waited for. */
  async #flush(destination: Destination): Promise<RouteResponse> {
    destination.retryNow();
    await wakeRequests(this.#host, this.#parts);
    await hurryRequests(this.#host, this.#parts, destination.target.name);
    return done({});
  }

  async #move(request: RouteRequest, from: Destination): Promise<RouteResponse> {
    const read = readBodyFilter(request.body);
    if ("invalid" in read) return refuse(request, badRequest(read.invalid));
    if (read.to === undefined || read.to === from.target.name) {
      const details =
        'The member "To" of the body names another destination, to which all is moved.';
      return refuse(request, badRequest(details));
    }
    const target = this.#open.destinations.get(read.to);
    if (target === undefined) return refuse(request, unknownResource(noDestination(read.to)));
    const id = randomUUID();
    const movedFrom = from.target.name;
    const to = {
      id,
      destination: target.target.name,
      priority: 0,
      isPermissive: false,
      movedFrom,
    };
    const filter = { ...read.filter, destination: movedFrom };
    const moved = await this.#takeFrom(movedFrom, () =>
      this.#open.queue.call("move", { filter, to, now: Date.now() }),
    );
    if (moved === 0) return done({ Moved: 0 });
    const job = await startJob(this.#host, this.#parts, to);
    return done({ Moved: moved, ID: job, Path: `/jobs/${job}` });
  }

  #takeFrom<Answer>(destination: string, take: () => Promise<Answer>): Promise<Answer> {
    return takeFrom({ host: this.#host, parts: this.#parts, destination }, take);
  }

  async #find({ params }: RouteRequest): Promise<ListedItem | null> {
    const id = Number(params["id"]);
    if (!Number.isSafeInteger(id)) return null;
    const [item] = await this.#open.queue.call("items", { filter: { ids: [id] }, limit: 1 });
    return item ?? null;
  }
}

const done = (body: JsonObject | readonly JsonObject[]): RouteResponse => ({
  body: body as JsonObject,
});

const unknownItem = (request: RouteRequest): RouteResponse =>
  refuse(request, unknownResource("There is no such item in the queue."));

function summaryOf(destination: Destination, totals: readonly Total[], now: number): JsonObject {
  const count = (state: Item["state"]): number =>
    totals.find((total) => total.state === state)?.count ?? 0;
  const oldest = totals.find(({ state }) => state === "pending")?.oldest;
  return {
    Name: destination.target.name,
    Kind: kindNames[destination.target.kind],
    Pending: count("pending"),
    Sent: count("sent"),
    Failed: count("failed"),
    Removed: count("removed"),
    ...(oldest === undefined ? {} : ageOf(oldest, now)),
    Rate: Math.round(destination.meter.rates().instances * 10) / 10,
    ...stateOf(destination, now),
  };
}

const kindNames = { dicom: "Modality", "dicom-web": "DicomWeb" } as const;

const ageOf = (oldest: number, now: number): JsonObject => ({
  OldestPending: timestamp(oldest),
  OldestSeconds: Math.max(0, Math.round((now - oldest) / 1_000)),
});

function stateOf(destination: Destination, now: number): JsonObject {
  const { breaker, isPaused } = destination;
  if (isPaused) return { State: "Paused" };
  const opens = destination.opensAt(now);
  if (opens > now) return { State: "Closed", NextOpening: timestamp(opens) };
  if (breaker.kind === "closed") return { State: "Ready" };
  const { why, until, failures, since } = breaker;
  return {
    State: why.kind === "configuration" ? "Misconfigured" : "Backoff",
    LastError: lastErrorOf(destination.target, why),
    FailuresInARow: failures,
    NextRetry: timestamp(until),
    Since: timestamp(since),
  };
}
