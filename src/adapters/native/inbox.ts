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
    this.#queue.push(...this.#core.drain());
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      this.#handlers.get(next.kind)?.(next);
    }
  }
}
