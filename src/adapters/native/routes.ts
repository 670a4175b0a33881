import { JobEngineError } from "../../core/errors.ts";
import type { AddRoute, RouteMethod, RouteRequest, RouteResponse } from "../../ports/plugin.ts";
import type { NativeCore } from "../../native/binding.ts";
import type { NativeMessage, NativeWish } from "../../native/messages.ts";
import type { NativeInbox } from "./inbox.ts";
import { statuses } from "./numbers.ts";

type Head = Extract<NativeMessage, { readonly kind: "response-head" }>;

const queueFull = statuses.indexOf("QUEUE_FULL");
const internal = statuses.indexOf("INTERNAL");

/**
 * An answer on its way. As a body it yields the chunks as they come; one counts as sent when the
 * next is asked for, so that the handler waits for a slow client. REQUIRES: one reader, that asks
 * for one chunk at a time.
 */
class Exchange implements AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array, undefined> {
  head: Head | null = null;
  /** Resolves with the first bytes, or the end. */
  readonly begun: Promise<void>;
  readonly #begin: () => void;
  readonly #chunks: Uint8Array[] = [];
  readonly #sent: (size: number) => void;
  readonly #stop: () => void;
  /** The size of the chunk that the reader has. */
  #taken = 0;
  #ended: number | null = null;
  /** What the client is told of an error; "": nothing. */
  why = "";
  /** Wakes the reader that waits. */
  #wake: (() => void) | null = null;

  /** `sent`: so many bytes have left; `stop`: nobody reads on, and the answer has not ended. */
  constructor(sent: (size: number) => void, stop: () => void) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.begun = promise;
    this.#begin = resolve;
    this.#sent = sent;
    this.#stop = stop;
  }

  /** A baton_status; null: there is more to come. */
  get ended(): number | null {
    return this.#ended;
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#changed();
  }

  end(status: number): void {
    this.#ended ??= status;
    this.#changed();
  }

  /** REQUIRES: it has ended, and nobody reads it. */
  whole(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#taken > 0 && this.#ended === null) this.#sent(this.#taken);
    this.#taken = 0;
    while (this.#chunks.length === 0 && this.#ended === null) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
    const value = this.#chunks.shift();
    if (value !== undefined) {
      this.#taken = value.byteLength;
      return { done: false, value };
    }
    // What has gone out is no whole answer: the reader must not take it for one.
    if (this.#ended !== null && this.#ended !== 0) throw refusal(this.#ended);
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#chunks.length = 0;
    if (this.#ended === null) this.#stop();
    this.end(0);
    return { done: true, value: undefined };
  }

  #changed(): void {
    this.#begin();
    this.#wake?.();
  }
}

/** The routes of native plugins: each request is answered by one of the core's request threads. */
export class NativeRoutes {
  readonly #core: NativeCore;
  readonly #exchanges = new Map<number, Exchange>();

  constructor(core: NativeCore) {
    this.#core = core;
  }

  /** Begins to hear of routes and answers. `complain`: a route that the host already has. */
  open(inbox: NativeInbox, add: AddRoute, complain: (plugin: string, text: string) => void): void {
    inbox.hear({
      "route-registered": ({ plugin, method, pattern }) => {
        try {
          const handled = { handler: (request: RouteRequest) => this.ask(request) };
          add(plugin, method as RouteMethod, pattern, handled);
        } catch (error) {
          complain(plugin, error instanceof Error ? error.message : String(error));
        }
      },
      "response-head": (head) => {
        const exchange = this.#exchanges.get(head.ticket);
        if (exchange !== undefined) exchange.head = head;
      },
      "response-chunk": ({ ticket, bytes }) => this.#exchanges.get(ticket)?.push(bytes),
      "response-end": ({ ticket, status, why }) => {
        const exchange = this.#exchanges.get(ticket);
        this.#exchanges.delete(ticket);
        if (exchange === undefined) return;
        exchange.why = why;
        exchange.end(status);
      },
    });
  }

  /** Has the plugin's handler answer. @throws {JobEngineError} what it answered instead */
  async ask(request: RouteRequest): Promise<RouteResponse> {
    const exchange = this.#begin(
      this.#core.startRequest({
        method: request.method,
        path: request.path,
        query: [...request.query],
        headers: Object.entries(request.headers),
        body: request.body,
      }),
    );
    await exchange.begun;
    return responseOf(exchange);
  }

  /**
   * Has a plugin make a job from content, and submits it; its id. Null: too many jobs wait.
   * @throws {JobEngineError} why the plugin will not, or could not
   */
  async create(wish: NativeWish): Promise<string | null> {
    const exchange = this.#begin(this.#core.startCreation(wish));
    await exchange.begun;
    const { head, ended, why } = exchange;
    if (head?.job !== undefined) return head.job.id;
    if (ended === queueFull) return null;
    throw refusal(ended ?? internal, why === "" ? "the plugin will have no such content" : why);
  }

  #begin({ status, ticket }: ReturnType<NativeCore["startRequest"]>): Exchange {
    if (status !== 0) throw refusal(status, `the native core answered ${statuses[status]}`);
    const exchange = new Exchange(
      (size) => this.#core.ackResponse(ticket, size),
      () => {
        this.#exchanges.delete(ticket);
        this.#core.abortRequest(ticket);
      },
    );
    this.#exchanges.set(ticket, exchange);
    return exchange;
  }
}

/** @throws {JobEngineError} what the handler answered instead. REQUIRES: it has begun */
function responseOf(exchange: Exchange): RouteResponse {
  const { head, ended, why } = exchange;
  if (ended !== null && ended !== 0 && head === null) throw refusal(ended, why);
  const { status = 200, headers = [], job } = head ?? {};
  return {
    status,
    headers: Object.fromEntries(headers),
    ...(job && { job }),
    // What has ended has a length that the client can be told.
    body: ended === 0 ? exchange.whole() : exchange,
  };
}

/** What the handler, or the core in its stead, answered instead of a response; `why`: in whose words. */
export function refusal(status: number, why = ""): JobEngineError {
  const code = statuses[status];
  const words = why === "" ? `the plugin's handler answered ${code ?? status}` : why;
  const isOurs = code !== undefined && code !== "OK" && code !== "TOO_NEW" && code !== "NO_MEMORY";
  return new JobEngineError(isOurs && code !== "NOT_MINE" ? code : "INTERNAL", words);
}
