import type { Clock } from "../../ports/clock.ts";
import type { NativeCore } from "../../native/binding.ts";
import { readMessages } from "../../native/flat.ts";
import type { NativeMessage } from "../../native/messages.ts";

type Kind = NativeMessage["kind"];
type Handler<K extends Kind> = (message: Extract<NativeMessage, { readonly kind: K }>) => void;

/** What native threads tell gives way to the rest of the process after this many milliseconds. */
const budgetMs = 8;

/** Who hears of which kind of message. */
export type Handlers = { readonly [K in Kind]?: Handler<K> };

/** Hands what native threads tell to those who want to hear it, in the order it happened. */
export class NativeInbox {
  readonly #handlers = new Map<Kind, (message: NativeMessage) => void>();
  readonly #queue: NativeMessage[] = [];
  /** How many of the queue have been handled, or are being. */
  #handled = 0;
  #isScheduled = false;
  readonly #clock: Clock;
  #core: NativeCore | null = null;
  #afterwards = (): void => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * `afterwards` is called whenever something has been handled.
   * REQUIRES: called once, before the core can have told anything.
   */
  connect(core: NativeCore, afterwards: () => void): void {
    this.#core = core;
    this.#afterwards = afterwards;
  }

  /** Nothing more is heard of the core, which is about to be destroyed. */
  disconnect(): void {
    this.#core = null;
    this.#queue.length = 0;
    this.#handled = 0;
  }

  /** REQUIRES: nobody hears these kinds yet. */
  hear(handlers: Handlers): void {
    for (const [kind, handler] of Object.entries(handlers)) {
      this.#handlers.set(kind as Kind, handler as (message: NativeMessage) => void);
    }
  }

  /**
   * Handles everything that has happened until now. A handler may call it again: the inner call goes
   * on where the outer one is, so that nothing overtakes anything.
   */
  drain(): void {
    this.#handle(true, Number.POSITIVE_INFINITY);
  }

  /** The same, but for what the core keeps to itself until somebody asks. */
  drainTold(): void {
    this.#handle(false, Number.POSITIVE_INFINITY);
  }

  /** Does so soon, in turns that leave the loop to others in between. */
  drainSoon(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    void this.#clock.yield().then(() => {
      this.#isScheduled = false;
      if (!this.#handle(false, this.#clock.elapsed() + budgetMs)) this.drainSoon();
    });
  }

  /** False: the time was over before everything was handled. */
  #handle(all: boolean, until: number): boolean {
    if (this.#core === null) return true;
    let isHandled = this.#handleRead(until);
    for (let asked = all; isHandled && this.#read(asked); asked = false) {
      isHandled = this.#handleRead(until);
    }
    this.#afterwards();
    return isHandled;
  }

  /** Puts some of what the core has to tell behind the queue. False: there is nothing. */
  #read(all: boolean): boolean {
    const messages = this.#core === null ? [] : readMessages(this.#core.drain(all));
    for (const message of messages) this.#queue.push(message);
    return messages.length > 0;
  }

  /** Handles the queue. False: the time was over before that. */
  #handleRead(until: number): boolean {
    while (this.#handled < this.#queue.length && this.#clock.elapsed() < until) {
      const next = this.#take();
      if (next !== undefined) this.#handlers.get(next.kind)?.(next);
    }
    if (this.#handled < this.#queue.length) return false;
    this.#queue.length = 0;
    this.#handled = 0;
    return true;
  }

  /** Not `shift`: that moves all the others, and there may be a hundred thousand. */
  #take(): NativeMessage | undefined {
    const next = this.#queue[this.#handled];
    if (next !== undefined) this.#handled += 1;
    return next;
  }
}
