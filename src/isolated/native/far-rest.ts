import { farError } from "../../adapters/isolation/protocol/far-error.ts";
import { wholeOf, type Streams, type Taking } from "../../adapters/isolation/protocol/streams.ts";
import type { NativeInbox } from "../../adapters/native/inbox.ts";
import { statusOf } from "../../adapters/native/numbers.ts";
import { refusal } from "../../adapters/native/routes.ts";
import type { NativeCore } from "../../native/binding.ts";
import type { NativeMessage } from "../../native/messages.ts";
import type { RestAnswer } from "../../ports/rest.ts";
import type { HostLink } from "./host-link.ts";

type Called = Extract<NativeMessage, { readonly kind: "rest-called" }>;

const nothing: RestAnswer = { status: 0, body: new Uint8Array(0) };

export interface FarRestParts {
  readonly core: NativeCore;
  readonly link: HostLink;
  /** What the host takes from here, and how its own streams are taken. */
  readonly streams: Streams;
  readonly taking: Taking;
}

/** Has the host answer the requests that native threads make to its REST interface. */
export class FarRestCalls {
  readonly #parts: FarRestParts;

  constructor(parts: FarRestParts) {
    this.#parts = parts;
  }

  open(inbox: NativeInbox): void {
    inbox.hear({ "rest-called": (called) => void this.#serve(called) });
  }

  async #serve(called: Called): Promise<void> {
    const [status, answer] = await this.#ask(called).then(
      (given) => [0, given] as const,
      (error: unknown) => [statusOf(error), nothing] as const,
    );
    this.#parts.core.answerRest(called.ticket, status, answer.status, answer.body);
  }

  async #ask({ method, target, headers, body, ...handled }: Called): Promise<RestAnswer> {
    const { link, streams, taking } = this.#parts;
    const { refused, why, plugin, job } = handled;
    const answer = await link.ask("rest", {
      method,
      target,
      headers,
      body: streams.bytes(body),
      refused: refused === 0 ? null : farError(refusal(refused, why)),
      job,
      plugin,
    });
    return { status: answer.status, body: await wholeOf(answer.body, taking) };
  }
}
