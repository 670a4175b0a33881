import type { Rest, RestAnswer } from "../../ports/rest.ts";
import type { NativeCore } from "../../native/binding.ts";
import type { NativeMessage } from "../../native/messages.ts";
import type { NativeInbox } from "./inbox.ts";
import { statusOf } from "./numbers.ts";
import type { NativeOrderBook } from "./order-book.ts";
import { refusal } from "./routes.ts";

type RestCalled = Extract<NativeMessage, { readonly kind: "rest-called" }>;

const nothing: RestAnswer = { status: 0, body: new Uint8Array(0) };

/** Answers the requests that native plugins make to the host's own REST interface. */
export class NativeRest {
  readonly #core: NativeCore;
  readonly #orders: NativeOrderBook;
  #isClosed = false;

  constructor(core: NativeCore, orders: NativeOrderBook) {
    this.#core = core;
    this.#orders = orders;
  }

  open(inbox: NativeInbox, rest: Rest): void {
    inbox.hear({ "rest-called": (called) => void this.#serve(called, rest) });
  }

  /** The core is about to be destroyed. */
  close(): void {
    this.#isClosed = true;
  }

  async #serve(called: RestCalled, rest: Rest): Promise<void> {
    const [status, answer] = await answerOf(called, rest).then(
      (given) => [0, given] as const,
      (error: unknown) => [statusOf(error), nothing] as const,
    );
    // A host that has closed meanwhile has answered everybody.
    if (this.#isClosed) return;
    this.#orders.flush();
    this.#core.answerRest(called.ticket, status, answer.status, answer.body);
  }
}

async function answerOf(called: RestCalled, rest: Rest): Promise<RestAnswer> {
  if (called.job !== undefined) return rest.answer(called, called.job);
  if (called.refused === 0) return rest.call(called);
  return rest.refusal(called, called.plugin, refusal(called.refused, called.why));
}
