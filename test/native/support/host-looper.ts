import { createRequire } from "node:module";
import { openHost, type Host, type HostOptions, type JsonObject } from "../../../src/index.ts";
import { Events } from "../../e2e/support/events.ts";
import { CountedHost } from "./counted-host.ts";
import { watchCounts } from "./host-counts.ts";

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
export class LooperHost extends CountedHost {
  readonly events: Events;
  readonly looper: Looper;

  private constructor(
    addon: string,
    host: Host,
    events: Events,
    counts: ReturnType<typeof watchCounts>,
  ) {
    super(host, counts);
    this.events = events;
    this.looper = createRequire(import.meta.url)(addon) as Looper;
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
}
