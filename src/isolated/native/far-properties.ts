import { statusOf } from "../../adapters/native/numbers.ts";
import type { NativeStore } from "../../native/binding.ts";
import type { NativeStoreRequest } from "../../native/messages.ts";
import type { HostLink } from "./host-link.ts";

type Write = Extract<NativeStoreRequest, { readonly kind: "property" }>;

/**
 * The properties of the plugin: the host has them, the core a copy to read from. Nobody else writes
 * them, so the copy is right as long as it is written in the order of commits.
 */
export class FarProperties {
  readonly #plugin: string;
  readonly #store: NativeStore;
  readonly #link: HostLink;

  constructor(plugin: string, store: NativeStore, link: HostLink) {
    this.#plugin = plugin;
    this.#store = store;
    this.#link = link;
  }

  /** Fetches what the host has. REQUIRES: the plugin is not started yet. */
  async load(): Promise<void> {
    let after: string | null = null;
    for (;;) {
      const some: readonly { name: string; value: Uint8Array }[] = await this.#link.ask(
        "properties",
        { after },
      );
      const last = some.at(-1);
      if (last === undefined) return;
      for (const property of some) {
        this.#store.loadProperty({ plugin: this.#plugin, ...property });
      }
      after = last.name;
    }
  }

  /** Resolves when the host has committed it, or would not. */
  async set({ ticket, name, value }: Write): Promise<void> {
    try {
      await this.#link.ask("setProperty", { name, value });
      this.#store.committed(ticket);
    } catch (error) {
      this.#store.refused(ticket, statusOf(error));
    }
  }
}
