import type { NativeCore } from "../../native/binding.ts";
import type { NativeMessage } from "../../native/messages.ts";

type Kind = NativeMessage["kind"];
type Handler<K extends Kind> = (message: Extract<NativeMessage, { readonly kind: K }>) => void;

/** Who hears of which kind of message. */
export type Handlers = { readonly [K in Kind]?: Handler<K> };

/** Hands what native threads tell to those who want to hear it, in the order it happened. */
export class NativeInbox {
  readonly #handlers = new Map<Kind, (message: NativeMessage) => void>();
  readonly #queue: NativeMessage[] = [];
  /** How many of the queue have been handled, or are being. */
  #handled = 0;
  #core: NativeCore | null = null;

  /** REQUIRES: called once, before the core can have told anything. */
  connect(core: NativeCore): void {
    this.#core = core;
  }

  /** REQUIRES: nobody hears these kinds yet. */
  hear(handlers: Handlers): void {
    for (const [kind, handler] of Object.entries(handlers)) {
      this.#handlers.set(kind as Kind, handler as (message: NativeMessage) => void);
    }
  }

  /**
   * Handles everything that was told until now. A handler may call it again: the inner call goes
   * on where the outer one is, so that nothing overtakes anything.
   */
  drain(): void {
    if (this.#core === null) return;
    for (const message of this.#core.drain()) this.#queue.push(message);
    for (let next = this.#take(); next !== undefined; next = this.#take()) {
      this.#handlers.get(next.kind)?.(next);
    }
    this.#queue.length = 0;
    this.#handled = 0;
  }

  /** Not `shift`: that moves all the others, and there may be a hundred thousand. */
  #take(): NativeMessage | undefined {
    const next = this.#queue[this.#handled];
    if (next !== undefined) this.#handled += 1;
    return next;
  }
}
