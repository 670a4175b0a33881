import { createRequire } from "node:module";
import { openHost, type Host, type HostOptions, type JsonObject } from "../../../src/index.ts";
import { Events } from "../../e2e/support/events.ts";
import { assertBalanced, watchCounts } from "./host-counts.ts";

/** The exports of plugins/looper.c. */
export interface Looper {
  onStep(step: (name: string, at: number) => number): void;
  onStop(stop: (name: string, reason: number) => number): void;
  /** The id, or "error <status>". */
  submit(name: string): string;
  /** "<status>: <status of each>". */
  submitAll(names: readonly string[]): string;
  submitAsync(name: string, done: (id: string, status: number) => number): number;
  /** How many callbacks came on another thread than `start`. */
  strays(): number;
}

export const success = 1;
export const again = 3;

/** A host with that addon. Counts its payloads at the end. */
export class LooperHost implements AsyncDisposable {
  readonly host: Host;
  readonly events: Events;
  readonly looper: Looper;
  readonly #counts: ReturnType<typeof watchCounts>;
  #isClosed = false;

  private constructor(
    addon: string,
    host: Host,
    events: Events,
    counts: typeof LooperHost.prototype.counts,
  ) {
    this.host = host;
    this.events = events;
    this.looper = createRequire(import.meta.url)(addon) as Looper;
    this.#counts = counts;
  }

  static async open(
    addon: string,
    options: HostOptions = {},
    settings: JsonObject = {},
  ): Promise<LooperHost> {
    const counts = watchCounts();
    const events = new Events();
    const host = await openHost({
      plugins: [addon],
      historySize: 1_000,
      observer: events.observer,
      pluginSettings: { looper: settings },
      ...options,
    });
    return new LooperHost(addon, host, events, counts);
  }

  get counts(): ReturnType<typeof watchCounts> {
    return this.#counts;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.host.close();
    assertBalanced(this.#counts());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
