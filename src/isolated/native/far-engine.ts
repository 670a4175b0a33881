import type { SideCalls } from "../../adapters/isolation/protocol/calls.ts";
import { wishOf } from "../../adapters/native/creations.ts";
import { NativeInbox } from "../../adapters/native/inbox.ts";
import { levelOf } from "../../adapters/native/numbers.ts";
import { NativeOrderBook } from "../../adapters/native/order-book.ts";
import { NativePayloads } from "../../adapters/native/payloads.ts";
import { systemClock } from "../../adapters/system-clock.ts";
import { requireBinding, type NativeCore, type NativeStore } from "../../native/binding.ts";
import type { JobId } from "../../core/job-id.ts";
import { FarDesk } from "./far-desk.ts";
import { FarEvents } from "./far-events.ts";
import { FarMetrics } from "./far-metrics.ts";
import { FarOutputs } from "./far-outputs.ts";
import { FarProperties } from "./far-properties.ts";
import { FarRestCalls } from "./far-rest.ts";
import { FarRoutes } from "./far-routes.ts";
import { FarRuns } from "./far-runs.ts";
import { FarSubmits } from "./far-submits.ts";
import { HeldJobs } from "./held-jobs.ts";
import type { HostLink } from "./host-link.ts";
import type { Loaded } from "./plugin-home.ts";

/**
 * What drives the core in the host's stead: what the host's engine wants of it goes there, and what
 * its native threads tell and ask goes to the host.
 */
export class FarEngine {
  readonly jobs: HeldJobs;
  readonly runs: FarRuns;
  readonly routes: FarRoutes;
  readonly events: FarEvents;
  readonly #plugin: string;
  readonly #core: NativeCore;
  readonly #inbox = new NativeInbox(systemClock);
  readonly #store: NativeStore;
  readonly #submits: FarSubmits;
  readonly #properties: FarProperties;

  constructor({ name, core: number }: Loaded, link: HostLink) {
    this.#plugin = name;
    const binding = requireBinding();
    const inbox = this.#inbox;
    const core = binding.attachEngine(number, () => inbox.drainSoon());
    this.#core = core;
    const orders = new NativeOrderBook(core, (id) => payloads.finalized(id));
    inbox.connect(core, () => orders.flush());
    const latestContent = (id: JobId): string => this.jobs.contentOf(id);
    const payloads = new NativePayloads({ core, orders, inbox, latestContent });
    this.jobs = new HeldJobs(payloads, orders);
    this.#store = binding.attachStore(number, () => this.#storeHasWork());
    const [store, jobs] = [this.#store, this.jobs];
    const catchUp = (): void => this.#takeRequests();
    this.runs = new FarRuns({ plugin: name, core, orders, payloads, store, jobs, link, catchUp });
    this.#submits = new FarSubmits({ store, jobs, link });
    this.#properties = new FarProperties(name, store, link);
    this.routes = new FarRoutes(core, link);
    this.events = new FarEvents(core, link);
    this.runs.open(inbox);
    this.routes.open(inbox);
    new FarDesk(core, link).open(inbox);
    this.events.open(inbox);
    const rest = { core, link, streams: this.routes.streams, taking: this.routes.taking };
    new FarRestCalls(rest).open(inbox);
    new FarMetrics(core, link).open(inbox);
    new FarOutputs(core, link, (id) => this.runs.numberOf(id)).open(inbox);
    inbox.hear({
      "error-registered": ({ code, text }) => link.tell("describe", { code, text }),
      "type-registered": ({ type }) => link.tell("registerType", { type, canCreate: false }),
      "creator-registered": ({ type }) => link.tell("registerType", { type, canCreate: true }),
      logged: ({ plugin, id, level, text }) => {
        // What the core says of dropped lines must not be dropped itself.
        if (plugin === "baton") link.tell("log", { level: levelOf(level), text });
        else this.runs.logged(id, level, text);
      },
    });
  }

  /** Has the plugin make a job from content, and submits it to the host; null: too many jobs wait. */
  createJob(wish: Parameters<SideCalls["createJob"]>[0]): Promise<string | null> {
    return this.routes.create(wishOf({ plugin: this.#plugin, ...wish }));
  }

  /** Fetches what the plugin may ask for in its `start`. */
  prepare(): Promise<void> {
    return this.#properties.load();
  }

  /** Tells all that has happened until now. */
  catchUp(): void {
    this.#takeRequests();
    this.#inbox.drain();
  }

  /** Payloads that are neither finalized nor owed by a step that was left alone. */
  get livePayloads(): number {
    const { created, finalized, owed } = this.#core.counts();
    return created - finalized - owed;
  }

  /** Whoever still waits hears that nobody answers any more. */
  close(): void {
    this.#core.beginClose();
  }

  #storeHasWork(): void {
    // Who has subscribed before he submits hears of it.
    this.#inbox.drainTold();
    this.#takeRequests();
  }

  #takeRequests(): void {
    for (const request of this.#store.take()) {
      if (request.kind === "add") void this.#submits.submit(request);
      else if (request.kind === "checkpoint") void this.runs.checkpoint(request);
      else if (request.kind === "property") void this.#properties.set(request);
      // Nobody else writes here.
      else this.#store.refused(request.ticket);
    }
  }
}
