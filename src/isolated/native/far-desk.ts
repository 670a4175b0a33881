import { toNative } from "../../adapters/native/desk.ts";
import type { NativeInbox } from "../../adapters/native/inbox.ts";
import { statusOf } from "../../adapters/native/numbers.ts";
import type { NativeCore } from "../../native/binding.ts";
import type { NativeJobInfo, NativeMessage } from "../../native/messages.ts";
import type { HostLink } from "./host-link.ts";

type Called = Extract<NativeMessage, { readonly kind: "called" }>;

/** Has the host answer what native threads ask about jobs. */
export class FarDesk {
  readonly #core: NativeCore;
  readonly #link: HostLink;
  readonly #waiting = new Map<number, AbortController>();

  constructor(core: NativeCore, link: HostLink) {
    this.#core = core;
    this.#link = link;
  }

  open(inbox: NativeInbox): void {
    inbox.hear({
      called: (called) => void this.#serve(called),
      "call-dropped": ({ ticket }) => this.#waiting.get(ticket)?.abort(),
    });
  }

  async #serve(called: Called): Promise<void> {
    const [status, info] = await this.#ask(called).then(
      (answer) => [0, answer] as const,
      (error: unknown) => [statusOf(error), null] as const,
    );
    this.#core.answer(called.ticket, status, info);
  }

  async #ask({ ticket, call, id, priority }: Called): Promise<NativeJobInfo | null> {
    if (call === "info") return toNative(await this.#link.ask("jobInfo", { id }));
    if (call === "wait") return this.#wait(ticket, id);
    const asked = call === "set-priority" ? { kind: call, priority } : { kind: call };
    await this.#link.ask("control", { id, call: asked });
    return null;
  }

  async #wait(ticket: number, id: string): Promise<NativeJobInfo> {
    const controller = new AbortController();
    this.#waiting.set(ticket, controller);
    try {
      return toNative(await this.#link.ask("wait", { id, options: undefined }, controller.signal));
    } finally {
      this.#waiting.delete(ticket);
    }
  }
}
