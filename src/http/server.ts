import { STATUS_CODES } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { fastify, type FastifyInstance } from "fastify";
import { JobEngineError } from "../core/errors.ts";
import type { Jobs } from "../ports/jobs.ts";
import type { Routes } from "../ports/plugin.ts";
import {
  errorBody,
  errorContentType,
  httpRefusal,
  refusal,
  refusalOf,
  type Refusal,
} from "./error-body.ts";
import { registerJobs } from "./jobs.ts";
import { reasonOf, registerPluginRoutes, type OnError } from "./plugin-routes.ts";
import { readablePath } from "./request-path.ts";
import { refuse } from "./resource.ts";

/** Largest body of a request, in bytes (1 MiB). A larger one is refused with 413. */
export const maxBodyBytes = 1_048_576;

/** Within this a request must have arrived whole; milliseconds. Else 408. */
const requestTimeoutMs = 30_000;

/** An idle connection is kept this long; milliseconds. Longer than the polling of known clients. */
const keepAliveMs = 10_000;

/** `close` waits this long for answers that are on their way; milliseconds. */
const closeGraceMs = 2_000;

/** Longer than any path that fits into a request's head: the router refuses none for its length. */
const maxParamLength = 65_536;

export interface ServerOptions {
  readonly jobs: Jobs;
  readonly routes: Routes;
  /** Address or name to listen on. */
  readonly address: string;
  /** 0: any free one. */
  readonly port: number;
  readonly onError: OnError;
}

export interface HttpServer {
  /** Where it listens, without a slash at the end. */
  readonly url: string;
  /**
   * Accepts nothing more, waits for the answers that are on their way, at most 2 s, and resolves
   * when every connection is gone. Idempotent.
   */
  close(): Promise<void>;
}

/**
 * Serves the REST interface until it is closed.
 * @throws {JobEngineError} PORT_IN_USE, CONFIG_INVALID (it cannot listen there)
 */
export async function startServer(options: ServerOptions): Promise<HttpServer> {
  const phase: Phase = { isClosing: false };
  const app = createApp(options.onError, phase);
  registerJobs(app, options.jobs);
  registerPluginRoutes(app, options.routes, options.onError);
  const silent = silentConnections(app);
  try {
    await app.listen({ host: options.address, port: options.port });
  } catch (error) {
    await app.close();
    throw listenError(error, options);
  }
  let closed: Promise<void> | null = null;
  return {
    url: urlOf(app.server.address(), options),
    close: () => (closed ??= closeApp(app, phase, silent)),
  };
}

interface Phase {
  isClosing: boolean;
}

/** Connections that have sent no request yet. Node.js takes them for busy and waits for them. */
function silentConnections(app: FastifyInstance): ReadonlySet<Socket> {
  const silent = new Set<Socket>();
  app.server.on("connection", (socket: Socket) => {
    silent.add(socket);
    socket.once("close", () => silent.delete(socket));
  });
  app.server.on("request", ({ socket }) => silent.delete(socket));
  return silent;
}

function createApp(onError: OnError, phase: Phase): FastifyInstance {
  const app = fastify({
    bodyLimit: maxBodyBytes,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveMs,
    // Its answer is not of our shape: the hook below refuses instead.
    return503OnClosing: false,
    clientErrorHandler: (error, socket) => answerBrokenRequest(error, socket),
    frameworkErrors: (_error, request, reply) => {
      const told = httpRefusal(400, "The path is not percent-encoded correctly.");
      void refuse(request, reply, { ...told, orthanc: 12 });
    },
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, maxParamLength },
  });
  // Bodies belong to the handlers, byte for byte, whatever their content type says.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  app.addHook("onRequest", async (request, reply) => {
    void reply.header("x-content-type-options", "nosniff");
    if (phase.isClosing) return refuse(request, reply, closingRefusal);
  });
  // A connection whose answer was on its way when the server closed must end with it.
  app.addHook("onSend", async (_request, reply) => {
    if (phase.isClosing) void reply.header("connection", "close");
  });
  app.setErrorHandler((error, request, reply) => {
    const told = httpErrorOf(error) ?? refusalOf(error);
    if (told.status >= 500 && told.code !== "CLOSING") {
      onError(`${request.method} ${readablePath(request.url)} failed: ${reasonOf(error)}`, error);
    }
    return refuse(request, reply, told);
  });
  app.setNotFoundHandler((request, reply) =>
    refuse(
      request,
      reply,
      refusal("UNSUPPORTED", `Nothing here knows the method ${request.method}.`),
    ),
  );
  return app;
}

const closingRefusal: Refusal = refusal(
  "CLOSING",
  "The host is closing; nothing was done. Try again when it is back.",
);

/** The HTTP layer's own refusals; null: it is none of them. */
function httpErrorOf(error: unknown): Refusal | null {
  if (!(error instanceof Error) || !("code" in error) || !("statusCode" in error)) return null;
  if (!String(error.code).startsWith("FST_ERR_")) return null;
  switch (error.statusCode) {
    case 413:
      return httpRefusal(413, `The body is larger than ${maxBodyBytes} bytes; send less.`);
    case 415:
      return httpRefusal(
        415,
        "The Content-Type of the request is not one; correct it or leave it out.",
      );
    case 400:
      return httpRefusal(400, "The body has not the length that the request announced.");
    default:
      return null;
  }
}

/** Answers what could not even be read as a request, and ends the connection. */
function answerBrokenRequest(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const told = brokenRequest(error.code);
  const body = errorBody("", "", told);
  const head = [
    `HTTP/1.1 ${told.status} ${STATUS_CODES[told.status] ?? "Error"}`,
    "connection: close",
    `content-type: ${errorContentType}`,
    "x-content-type-options: nosniff",
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}

function brokenRequest(code: string | undefined): Refusal {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") {
    return httpRefusal(408, `The request did not arrive within ${requestTimeoutMs / 1000} s.`);
  }
  if (code === "HPE_HEADER_OVERFLOW") {
    return httpRefusal(431, "The path and headers of the request are too long; send fewer.");
  }
  return httpRefusal(400, "This is not an HTTP request.");
}

/** Names the address, because there may be several hosts and one configuration for each. */
function listenError(error: unknown, { address, port }: ServerOptions): unknown {
  if (!(error instanceof Error) || !("code" in error)) return error;
  const where = `${address}:${port}`;
  if (error.code === "EADDRINUSE") {
    const detail = `another process listens on ${where}; stop it, or choose another port (0: any free one)`;
    return new JobEngineError("PORT_IN_USE", detail, { cause: error });
  }
  const detail = `nothing can listen on ${where} here (${String(error.code)}); choose another address or port`;
  return new JobEngineError("CONFIG_INVALID", detail, { cause: error });
}

function urlOf(bound: AddressInfo | string | null, { address }: ServerOptions): string {
  const port = bound !== null && typeof bound === "object" ? bound.port : 0;
  return `http://${address.includes(":") ? `[${address}]` : address}:${port}`;
}

async function closeApp(
  app: FastifyInstance,
  phase: Phase,
  silent: ReadonlySet<Socket>,
): Promise<void> {
  phase.isClosing = true;
  // A handler that never answers would keep its connection, and with it the host, open for ever.
  const timer = setTimeout(() => app.server.closeAllConnections(), closeGraceMs);
  try {
    const closed = app.close();
    for (const socket of silent) socket.destroy();
    await closed;
  } finally {
    clearTimeout(timer);
  }
}
