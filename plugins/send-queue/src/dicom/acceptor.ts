import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { AcceptedAssociation } from "./accepted-association.ts";
import type { Rejection } from "./pdu.ts";
import type { Caller, Service } from "./service.ts";

export interface AcceptorOptions {
  readonly address: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly tls: TlsOptions | null;
  /** Most associations at a time; one more is rejected as a local limit. */
  readonly maxAssociations: number;
  /** How long nothing may come, in milliseconds. */
  readonly idleMs: number;
  /** Hears, in a sentence, of what ended an association before its time. */
  readonly onTrouble: (caller: Caller | null, error: unknown) => void;
}

/** Until there is TLS on a connection, and for the last words at the end; milliseconds. */
const handshakeTimeout = 30_000;
const lingerMs = 1_500;

/** So many may be connected beside the associations and ask for none; more are hung up on. */
const maxIdle = 128;

const limitReached: Rejection = { result: 2, source: 3, reason: 2 };

/** Answers the associations of others on a port. */
export class Acceptor {
  readonly #service: Service;
  readonly #options: AcceptorOptions;
  readonly #server: Server;
  readonly #open = new Set<AcceptedAssociation>();
  /** Those of `#open` that are associations by now: who is only connected takes nobody's place. */
  readonly #admitted = new Set<AcceptedAssociation>();
  /** What stands, also before there is TLS on it. */
  readonly #sockets = new Set<Socket>();

  private constructor(service: Service, options: AcceptorOptions) {
    this.#service = service;
    this.#options = options;
    const answer = (socket: Socket): void => void this.#answer(socket);
    this.#server =
      options.tls === null
        ? createServer({ noDelay: true }, answer)
        : createTlsServer({ minVersion: "TLSv1.2", handshakeTimeout, ...options.tls }, answer);
    this.#server.maxConnections = options.maxAssociations + maxIdle;
    this.#server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    this.#server.on("tlsClientError", (error) => options.onTrouble(null, error));
  }

  /** @throws whatever listening throws */
  static async listen(service: Service, options: AcceptorOptions): Promise<Acceptor> {
    const acceptor = new Acceptor(service, options);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    acceptor.#server.once("error", reject);
    acceptor.#server.listen(options.port, options.address, resolve);
    await promise;
    acceptor.#server.off("error", reject);
    acceptor.#server.on("error", (error) => options.onTrouble(null, error));
    return acceptor;
  }

  get port(): number {
    const bound = this.#server.address();
    return bound !== null && typeof bound === "object" ? bound.port : 0;
  }

  /** Takes nothing new; what is being received is given up, and not acknowledged. */
  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    for (const association of this.#open) association.abort();
    // Whoever is in the middle of a handshake is no association yet.
    const timer = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, lingerMs);
    await promise;
    clearTimeout(timer);
  }

  async #answer(socket: Socket): Promise<void> {
    socket.setNoDelay(true);
    const association = new AcceptedAssociation(socket, this.#service, this.#options.idleMs);
    this.#open.add(association);
    try {
      await association.serve(() => this.#admit(association));
    } catch (error) {
      this.#options.onTrouble(association.caller, error);
    } finally {
      this.#open.delete(association);
      this.#admitted.delete(association);
      association.end();
    }
  }

  #admit(association: AcceptedAssociation): Rejection | null {
    if (this.#admitted.size >= this.#options.maxAssociations) return limitReached;
    this.#admitted.add(association);
    return null;
  }
}
