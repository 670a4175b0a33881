import { JobEngineError } from "../../core/errors.ts";
import type { RouteHandler, RouteMethod, RouteRequest, RouteResponse } from "../../ports/plugin.ts";
import type { NativeCore } from "../../native/binding.ts";
import type { NativeMessage } from "../../native/messages.ts";
import type { NativeInbox } from "./inbox.ts";
import { statuses } from "./numbers.ts";

type Head = Extract<NativeMessage, { readonly kind: "response-head" }>;

/** Adds a route to the host's; throws NAME_TAKEN. */
export type AddRoute = (
  plugin: string,
  method: RouteMethod,
  pattern: string,
  handler: RouteHandler,
) => void;

/** An answer on its way. */
interface Exchange {
  head: Head | null;
  readonly chunks: Uint8Array[];
  readonly end: (status: number) => void;
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
          add(plugin, method as RouteMethod, pattern, (request) => this.#ask(request));
        } catch (error) {
          complain(plugin, error instanceof Error ? error.message : String(error));
        }
      },
      "response-head": (head) => {
        const exchange = this.#exchanges.get(head.ticket);
        if (exchange !== undefined) exchange.head = head;
      },
      "response-chunk": ({ ticket, bytes }) => {
        this.#exchanges.get(ticket)?.chunks.push(bytes);
        this.#core.ackResponse(ticket, bytes.byteLength);
      },
      "response-end": ({ ticket, status }) => this.#exchanges.get(ticket)?.end(status),
    });
  }

  async #ask(request: RouteRequest): Promise<RouteResponse> {
    const { status, ticket } = this.#core.startRequest({
      method: request.method,
      path: request.path,
      query: [...request.query],
      headers: Object.entries(request.headers),
      body: request.body,
    });
    if (status !== 0) throw refusal(status);
    const { promise, resolve } = Promise.withResolvers<number>();
    const exchange: Exchange = { head: null, chunks: [], end: resolve };
    this.#exchanges.set(ticket, exchange);
    const ended = await promise;
    this.#exchanges.delete(ticket);
    if (ended !== 0 && exchange.head === null) throw refusal(ended);
    return {
      status: exchange.head?.status ?? 200,
      headers: Object.fromEntries(exchange.head?.headers ?? []),
      body: Buffer.concat(exchange.chunks),
    };
  }
}

/** What the handler, or the core in its stead, answered instead of a response. */
function refusal(status: number): JobEngineError {
  const code = statuses[status];
  const words = `the plugin's handler answered ${code ?? status}`;
  if (code === "QUEUE_FULL") return new JobEngineError("BUSY", "too many requests wait");
  const isOurs = code !== undefined && code !== "OK" && code !== "TOO_NEW" && code !== "NO_MEMORY";
  return new JobEngineError(isOurs && code !== "NOT_MINE" ? code : "INTERNAL", words);
}
