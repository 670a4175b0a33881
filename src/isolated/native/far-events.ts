import type { FarEvent } from "../../adapters/isolation/protocol/calls.ts";
import { toNative } from "../../adapters/native/desk.ts";
import { noJob } from "../../adapters/native/events.ts";
import type { NativeInbox } from "../../adapters/native/inbox.ts";
import { eventNumbers, numberOf, states } from "../../adapters/native/numbers.ts";
import type { NativeCore } from "../../native/binding.ts";
import type { HostLink } from "./host-link.ts";

const kinds = Object.keys(eventNumbers) as FarEvent["kind"][];

/** Has the host tell of the events that native listeners want to hear. */
export class FarEvents {
  readonly #core: NativeCore;
  readonly #link: HostLink;

  constructor(core: NativeCore, link: HostLink) {
    this.#core = core;
    this.#link = link;
  }

  open(inbox: NativeInbox): void {
    inbox.hear({
      "events-wanted": ({ mask, generation }) => {
        const wanted = kinds.filter((kind) => (mask & eventNumbers[kind]) !== 0);
        this.#link.tell("observe", { kinds: wanted, generation });
      },
    });
  }

  tell(generation: number, events: readonly FarEvent[]): void {
    const told = events.map(({ kind, from, id, job }) => ({
      kind: eventNumbers[kind],
      from: from === null ? 0 : numberOf(states, from),
      job: job === null ? { ...noJob, id } : toNative(job),
    }));
    this.#core.tellEvents(generation, told);
  }
}
