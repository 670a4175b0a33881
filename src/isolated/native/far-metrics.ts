import { systemClock } from "../../adapters/system-clock.ts";
import type { NativeCore } from "../../native/binding.ts";
import type { HostLink } from "./far-engine.ts";

/** How often it is looked whether a gauge has changed; milliseconds. */
const lookEveryMs = 250;

/** Tells the host of the plugin's gauges: often enough for whoever reads them every few seconds. */
export class FarMetrics {
  readonly #core: NativeCore;
  readonly #link: HostLink;
  #told = new Map<string, number>();

  constructor(core: NativeCore, link: HostLink) {
    this.#core = core;
    this.#link = link;
  }

  open(): void {
    systemClock.every(lookEveryMs, () => this.tell());
  }

  tell(): void {
    const now = new Map(this.#core.metrics().map(({ name, value }) => [name, value]));
    const isTold = ([name, value]: readonly [string, number]): boolean =>
      this.#told.has(name) && Object.is(this.#told.get(name), value);
    if (now.size === this.#told.size && [...now].every((metric) => isTold(metric))) return;
    this.#told = now;
    this.#link.tell("metrics", { values: [...now] });
  }
}
