import type { ServerOptions } from "node:http";
import type { Limits } from "./limits.ts";
import type { Tls } from "./tls.ts";

/** So often connections are looked through for those that are too slow; milliseconds. */
const lookEveryMs = 1_000;

/** Within this a handshake must be done; milliseconds. */
const handshakeTimeoutMs = 10_000;

/** What fastify's server is made with: without TLS under `http`, else under `https`. */
export function serverOptions(limits: Limits, tls: Tls | null): { readonly http?: ServerOptions } {
  const options: ServerOptions = {
    maxHeaderSize: limits.headBytes,
    headersTimeout: limits.headTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    connectionsCheckingInterval: Math.min(lookEveryMs, limits.headTimeoutMs),
  };
  if (tls === null) return { http: options };
  const { cert, key } = tls;
  const secured = { https: { ...options, cert, key, handshakeTimeout: handshakeTimeoutMs } };
  // fastify's types give each kind of server its own kind of app; nothing here tells them apart.
  return secured as { readonly http?: ServerOptions };
}
