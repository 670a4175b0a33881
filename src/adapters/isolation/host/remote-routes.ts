import { JobEngineError } from "../../../core/errors.ts";
import type {
  PluginHost,
  RouteRequest,
  RouteResponse,
  StreamRouteMethod,
  StreamRouteRequest,
} from "../../../ports/plugin.ts";
import type { FarResponse, HostCalls } from "../protocol/calls.ts";
import type { Side } from "./side.ts";
import { streamOf, wholeOf } from "../protocol/streams.ts";

interface Target {
  readonly side: Side;
  readonly route: number;
}

/**
 * Most requests that a plugin has not answered yet. One that hangs must not gather requests, each with its
 * body, for ever.
 */
const maxWaiting = 256;

/**
 * The routes of an isolated plugin. They stay registered over its lives; each life says anew which
 * of them it has, and gets its first request when its `start` has returned.
 */
export class RemoteRoutes {
  readonly #targets = new Map<string, Target>();
  /** Those of a life that has not begun. */
  readonly #coming = new Map<string, Target>();
  /** With what the host has each of them, which no later life can change. */
  readonly #options = new Map<string, string>();
  #waiting = 0;
  /** The life that gets requests. */
  #side: Side | null = null;

  /** @throws {JobEngineError} INVALID_ARGUMENT, NAME_TAKEN (also: an earlier life had other options) */
  register(
    host: PluginHost,
    side: Side,
    question: Parameters<HostCalls["registerRoute"]>[0],
  ): void {
    const { method, pattern, route, scope, panel, metrics, maxBytes } = question;
    const name = `${method} ${pattern}`;
    const wanted = JSON.stringify({ scope, panel, metrics, maxBytes });
    const before = this.#coming.get(name) ?? this.#targets.get(name);
    if (before === undefined || before.side === side) {
      const scoped = scope === undefined ? {} : { scope };
      const handle = (request: RouteRequest | StreamRouteRequest): Promise<RouteResponse> =>
        this.#handle(name, request);
      if (maxBytes === undefined) {
        const titled = panel === undefined ? {} : { panel };
        const shown = metrics === true ? { ...titled, metrics } : titled;
        host.registerRoute(method, pattern, handle, { ...scoped, ...shown });
      } else {
        const options = { ...scoped, body: "stream", maxBytes } as const;
        host.registerRoute(method as StreamRouteMethod, pattern, handle, options);
      }
      this.#options.set(name, wanted);
    } else if (this.#options.get(name) !== wanted) {
      // Whom a route is for must not be what it was when the plugin's file was another one.
      const words = `${name} had another scope, panel, metrics or body when this host first started the plugin; open the host anew`;
      throw new JobEngineError("NAME_TAKEN", words);
    }
    if (this.#side === side) this.#targets.set(name, { side, route });
    else this.#coming.set(name, { side, route });
  }

  /** The `start` of this life has returned: requests go there from now on. */
  begin(side: Side): void {
    this.#side = side;
    for (const [name, target] of this.#coming) {
      if (target.side === side) this.#targets.set(name, target);
    }
    this.#coming.clear();
  }

  async #handle(name: string, request: RouteRequest | StreamRouteRequest): Promise<RouteResponse> {
    const target = this.#targets.get(name);
    if (target === undefined) {
      throw new JobEngineError(
        "PLUGIN_CRASHED",
        `no life of the plugin has begun that has ${name}`,
      );
    }
    if (this.#waiting >= maxWaiting) {
      throw new JobEngineError("QUEUE_FULL", `the plugin has not answered ${maxWaiting} requests`);
    }
    this.#waiting += 1;
    try {
      return await ask(target, request);
    } finally {
      this.#waiting -= 1;
    }
  }
}

async function ask(
  { side, route }: Target,
  request: RouteRequest | StreamRouteRequest,
): Promise<RouteResponse> {
  const { method, path, params, headers, query, body } = request;
  const isWhole = body instanceof Uint8Array;
  const bytes = isWhole ? side.streams.bytes(body) : { stream: side.streams.offer(body) };
  try {
    const response = await side.link.ask("route", {
      route,
      request: {
        method,
        path,
        // It has no prototype, and what crosses needs none.
        params: { ...params },
        headers: { ...headers },
        query: query.toString(),
        body: bytes,
      },
    });
    return await nearResponse(response, side);
  } finally {
    // What the handler has not taken nobody will.
    if (!isWhole && "stream" in bytes) await side.streams.drop(bytes.stream);
  }
}

async function nearResponse(
  { status, headers, body, job }: FarResponse,
  side: Side,
): Promise<RouteResponse> {
  const head = {
    ...(status !== undefined && { status }),
    ...(headers && { headers }),
    ...(job && { job }),
  };
  switch (body.kind) {
    case "none":
      return head;
    case "stream":
      return { ...head, body: streamOf(body.stream, side) };
    case "bytes":
      return { ...head, body: await wholeOf(body.bytes, side) };
    case "text":
      return { ...head, body: textOf(await wholeOf(body.bytes, side)) };
    case "json":
      return { ...head, body: JSON.parse(textOf(await wholeOf(body.bytes, side))) as never };
  }
}

const textOf = (bytes: Uint8Array): string =>
  new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
