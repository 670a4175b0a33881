import type { FarBytes, FarRequest, FarResponse } from "../adapters/isolation/protocol/calls.ts";
import {
  streamOf,
  wholeOf,
  type Streams,
  type Taking,
} from "../adapters/isolation/protocol/streams.ts";
import type { CallScope } from "../ports/call-scope.ts";
import type {
  RouteHandler,
  RouteRequest,
  RouteResponse,
  StreamRouteHandler,
} from "../ports/plugin.ts";

const encoder = new TextEncoder();

/** A handler, and how it takes the body. */
type Handled =
  | { readonly kind: "whole"; readonly handler: RouteHandler }
  | { readonly kind: "stream"; readonly handler: StreamRouteHandler };

/** Runs the handlers of the plugin's routes; what they answer crosses in frames. */
export class RouteService {
  readonly #handlers: Handled[] = [];
  readonly #scope: CallScope;
  readonly #streams: Streams;
  readonly #host: Taking;

  /** `streams`: what the host takes from here; `host`: how its streams are taken. */
  constructor(scope: CallScope, streams: Streams, host: Taking) {
    this.#scope = scope;
    this.#streams = streams;
    this.#host = host;
  }

  add(handled: Handled): number {
    return this.#handlers.push(handled) - 1;
  }

  async handle(route: number, { query, body, ...rest }: FarRequest): Promise<FarResponse> {
    const handled = this.#handlers[route];
    if (handled === undefined) throw new Error("INTERNAL_NO_SUCH_ROUTE");
    const asked = { ...rest, query: new URLSearchParams(query) };
    const response = await (handled.kind === "whole"
      ? this.#whole(handled.handler, asked, body)
      : this.#streamed(handled.handler, asked, body));
    return this.#far(response ?? {});
  }

  async #whole(
    handler: RouteHandler,
    asked: Omit<RouteRequest, "body">,
    body: FarBytes,
  ): Promise<RouteResponse | void> {
    const request = { ...asked, body: await wholeOf(body, this.#host) };
    return await this.#scope.enter("route", () => handler(request));
  }

  async #streamed(
    handler: StreamRouteHandler,
    asked: Omit<RouteRequest, "body">,
    body: FarBytes,
  ): Promise<RouteResponse | void> {
    const source = body instanceof Uint8Array ? one(body) : streamOf(body.stream, this.#host);
    const readable = { isOver: false };
    const request = { ...asked, body: whileReadable(source, readable) };
    try {
      return await this.#scope.enter("route", () => handler(request));
    } finally {
      readable.isOver = true;
    }
  }

  #far({ status, headers, body, job }: RouteResponse): FarResponse {
    const head = { status, headers: headers && { ...headers }, job: job && { ...job } };
    if (body === undefined) return { ...head, body: { kind: "none" } };
    if (isStream(body)) {
      return { ...head, body: { kind: "stream", stream: this.#streams.offer(body) } };
    }
    const [kind, bytes] = bytesOf(body);
    return { ...head, body: { kind, bytes: this.#streams.bytes(bytes) } };
  }
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** The host drops a body when it has its answer; whoever reads on must not take that for the end. */
function whileReadable(
  source: AsyncIterable<Uint8Array>,
  readable: { readonly isOver: boolean },
): AsyncIterable<Uint8Array> {
  const from = source[Symbol.asyncIterator]();
  const check = (): void => {
    if (readable.isOver)
      throw new Error("the request is answered: its body cannot be read any more");
  };
  const iterator: AsyncIterator<Uint8Array> = {
    async next() {
      check();
      const result = await from.next();
      check();
      return result;
    },
    // The rest is dropped with the answer: a reader that has had enough may go on reading until then.
    return: async () => ({ done: true, value: undefined }),
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

type Whole = Exclude<RouteResponse["body"], undefined | AsyncIterable<Uint8Array>>;

function bytesOf(body: Whole): readonly ["text" | "json" | "bytes", Uint8Array] {
  if (typeof body === "string") return ["text", encoder.encode(body)];
  // A copy: the handler may use its bytes again.
  if (body instanceof Uint8Array) return ["bytes", new Uint8Array(body)];
  const text = JSON.stringify(body) as string | undefined;
  if (text === undefined) throw new TypeError("the handler answered a body that is not JSON");
  return ["json", encoder.encode(text)];
}

function isStream(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === "object" && body !== null && Symbol.asyncIterator in body;
}
