import type { NativeInbox } from "../../adapters/native/inbox.ts";
import type { NativeCore } from "../../native/binding.ts";
import type { HostLink } from "./host-link.ts";

/** Tells the host of the plugin's gauges, before whatever the plugin does next. */
export class FarMetrics {
  readonly #core: NativeCore;
  readonly #link: HostLink;

  constructor(core: NativeCore, link: HostLink) {
    this.#core = core;
    this.#link = link;
  }

  open(inbox: NativeInbox): void {
    inbox.hear({ "metrics-changed": () => this.#tell() });
  }

  #tell(): void {
    const values = this.#core.metrics().map(({ name, value }) => [name, value] as const);
    this.#link.tell("metrics", { values });
  }
}
