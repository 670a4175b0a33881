import { isIP } from "node:net";
import type { FastifyRequest } from "fastify";

/**
 * Whether a page of another site may have made the request. For what can be asked without knowing an
 * id: any page may send a POST without a body, and need not be able to read the answer.
 */
export function mayBeOfAnotherSite({ headers, hostname, host }: FastifyRequest): boolean {
  const site = headers["sec-fetch-site"] ?? "none";
  const isForeign = site !== "none" && site !== "same-origin";
  return isForeign || !isAddress(hostname) || !isOwn(headers.origin, host);
}

/** A name other than this may be a page's own that has come to mean this machine (DNS rebinding). */
export function isAddress(host: string): boolean {
  return host === "localhost" || isIP(host.replace(/^\[|\]$/g, "")) !== 0;
}

/** No browser, or a page of this very host. */
function isOwn(origin: string | undefined, host: string): boolean {
  return origin === undefined || origin === `http://${host}` || origin === `https://${host}`;
}
