import type { FarRequest, FarResponse } from "../adapters/isolation/calls.ts";
import { wholeOf, type Streams, type Taking } from "../adapters/isolation/streams.ts";
import type { CallScope } from "../ports/call-scope.ts";
import type { RouteHandler, RouteResponse } from "../ports/plugin.ts";

const encoder = new TextEncoder();

/** Runs the handlers of the plugin's routes; what they answer crosses in frames. */
export class RouteService {
  readonly #handlers: RouteHandler[] = [];
  readonly #scope: CallScope;
  readonly #streams: Streams;
  readonly #host: Taking;

  /** `streams`: what the host takes from here; `host`: how its streams are taken. */
  constructor(scope: CallScope, streams: Streams, host: Taking) {
    this.#scope = scope;
    this.#streams = streams;
    this.#host = host;
  }

  add(handler: RouteHandler): number {
    return this.#handlers.push(handler) - 1;
  }

  async handle(route: number, { query, body, ...rest }: FarRequest): Promise<FarResponse> {
    const handler = this.#handlers[route];
    if (handler === undefined) throw new Error("INTERNAL_NO_SUCH_ROUTE");
    const bytes = await wholeOf(body, this.#host);
    const request = { ...rest, query: new URLSearchParams(query), body: bytes };
    const response = await this.#scope.enter("route", () => handler(request));
    return this.#far(response ?? {});
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
