import { lookup } from "node:dns/promises";
import type { Server, Socket } from "node:net";
import { Server as TlsServer } from "node:tls";
import type { FastifyInstance } from "fastify";
import { JobEngineError } from "../core/errors.ts";
import type { App } from "./app.ts";
import { readTls, type TlsOptions } from "./doors/tls.ts";

/** `close` waits this long for answers that are on their way; milliseconds. */
const closeGraceMs = 2_000;

/** Where to listen. */
export interface Place {
  /** Address or name. */
  readonly address: string;
  /** 0: any free one. */
  readonly port: number;
}

export interface HttpServer {
  /** Where it listens, without a slash at the end. */
  readonly url: string;
  /**
   * New connections are shown the certificate of these files. Of no effect on a server without TLS.
   * @throws {JobEngineError} CONFIG_INVALID: nothing has changed
   */
  renew(files: TlsOptions): void;
  /**
   * Accepts nothing more, waits for the answers that are on their way, at most 2 s, and resolves
   * when every connection is gone. Idempotent.
   */
  close(): Promise<void>;
}

/**
 * Serves the REST interface to the network until it is closed.
 * @throws {JobEngineError} PORT_IN_USE, CONFIG_INVALID (it cannot listen there)
 */
export async function startServer(app: App, place: Place): Promise<HttpServer> {
  const { fastify } = app;
  const silent = silentConnections(fastify);
  try {
    await fastify.listen({ host: await oneAddress(place.address), port: place.port });
  } catch (error) {
    await fastify.close();
    throw listenError(error, place);
  }
  let closed: Promise<void> | null = null;
  return {
    url: urlOf(fastify.server, place),
    renew(files) {
      const { cert, key } = readTls(files);
      if (fastify.server instanceof TlsServer) fastify.server.setSecureContext({ cert, key });
    },
    close: () => (closed ??= closeApp(app, silent)),
  };
}

/**
 * Of localhost one address only. Given that name Fastify opens a server for each of its addresses, and
 * the second one has none of the limits that hang on the first, no new certificate, and no end.
 */
async function oneAddress(address: string): Promise<string> {
  if (address.toLowerCase() !== "localhost") return address;
  return (await lookup("localhost", { order: "ipv4first" })).address;
}

/**
 * Connections that have sent no request yet, by where they come from. Node.js takes them for busy and
 * waits for them. With TLS a request's socket is another object than its connection's.
 */
function silentConnections(app: FastifyInstance): ReadonlyMap<string, Socket> {
  const silent = new Map<string, Socket>();
  app.server.on("connection", (socket: Socket) => {
    const sender = senderOf(socket);
    silent.set(sender, socket);
    socket.once("close", () => silent.delete(sender));
  });
  app.server.on("request", ({ socket }) => silent.delete(senderOf(socket)));
  return silent;
}

const senderOf = ({ remoteAddress, remotePort }: Socket): string =>
  `${remoteAddress} ${remotePort}`;

/** Names the address, because there may be several hosts and one configuration for each. */
function listenError(error: unknown, { address, port }: Place): unknown {
  if (!(error instanceof Error) || !("code" in error)) return error;
  const where = `${address}:${port}`;
  if (error.code === "EADDRINUSE") {
    const detail = `another process listens on ${where}; stop it, or choose another port (0: any free one)`;
    return new JobEngineError("PORT_IN_USE", detail, { cause: error });
  }
  const detail = `nothing can listen on ${where} here (${String(error.code)}); choose another address or port`;
  return new JobEngineError("CONFIG_INVALID", detail, { cause: error });
}

function urlOf(server: Server, { address }: Place): string {
  const bound = server.address();
  const port = bound !== null && typeof bound === "object" ? bound.port : 0;
  const scheme = server instanceof TlsServer ? "https" : "http";
  return `${scheme}://${address.includes(":") ? `[${address}]` : address}:${port}`;
}

async function closeApp(app: App, silent: ReadonlyMap<string, Socket>): Promise<void> {
  const { fastify } = app;
  app.isClosing = true;
  // A handler that never answers would keep its connection, and with it the host, open for ever.
  const timer = setTimeout(() => fastify.server.closeAllConnections(), closeGraceMs);
  try {
    const closed = fastify.close();
    for (const socket of silent.values()) socket.destroy();
    await closed;
  } finally {
    clearTimeout(timer);
  }
}
