import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import { PeerError, type PeerTrouble } from "./peer-error.ts";

/** Where a peer is and how it is spoken to. */
export interface PeerAddress {
  readonly host: string;
  readonly port: number;
  /** Certificates and keys as PEM; null: plain TCP. */
  readonly tls: TlsIdentity | null;
}

export interface TlsIdentity {
  /** Trusted; absent: those that Node.js comes with. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Default: the host. */
  readonly servername?: string;
}

/**
 * Connects to a peer. The socket has no delay of Nagle's: what waits for an answer must go at once.
 * @throws {PeerError} unreachable, tls, silent (connect), ended
 */
export async function connectToPeer(
  address: PeerAddress,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<Socket> {
  if (signal?.aborted === true) throw new PeerError({ kind: "ended" });
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = open(address, resolve);
  const silent = { kind: "silent", phase: "connect", afterMs: timeoutMs } as const;
  const timer = setTimeout(() => socket.destroy(new PeerError(silent)), timeoutMs);
  const end = (): void => void socket.destroy(new PeerError({ kind: "ended" }));
  signal?.addEventListener("abort", end, { once: true });
  let isConnected = false;
  socket.once("connect", () => (isConnected = true));
  socket.once("error", (error) => reject(connectError(error, address.tls !== null && isConnected)));
  try {
    const connected = await promise;
    connected.setNoDelay(true);
    return connected;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", end);
  }
}

function open({ host, port, tls }: PeerAddress, resolve: (socket: Socket) => void): Socket {
  if (tls === null) {
    const socket = connectTcp({ host, port });
    socket.once("connect", () => resolve(socket));
    return socket;
  }
  const options: ConnectionOptions = { host, port, minVersion: "TLSv1.2", ...tls };
  const socket = openTls(options);
  socket.once("secureConnect", () => resolve(socket));
  return socket;
}

function openTls(options: ConnectionOptions): Socket {
  try {
    return connectTls(options);
  } catch (error) {
    throw new PeerError(unusableIdentity(error));
  }
}

/** Certificates and keys are read before anything is connected: what is thrown then is about ours. */
export const unusableIdentity = (error: unknown): PeerTrouble => ({
  kind: "tls",
  code: codeOf(error),
  isOurs: true,
});

/** `isHandshake`: the connection stood, TLS not yet. */
function connectError(error: Error, isHandshake: boolean): PeerError {
  if (error instanceof PeerError) return error;
  const code = codeOf(error);
  return new PeerError(isHandshake ? { kind: "tls", code } : { kind: "unreachable", code });
}

/** What an error of a connection that stood means. */
export function brokenConnection(error: unknown): PeerTrouble {
  if (error instanceof PeerError) return error.trouble;
  const code = codeOf(error);
  // A refusal of our certificate comes after the handshake in TLS 1.3.
  return code.startsWith("ERR_SSL") ? { kind: "tls", code } : { kind: "closed", code };
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
