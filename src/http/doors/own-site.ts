import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import { refusal, type Refusal } from "../error-body.ts";
import { quote } from "../request-path.ts";

/** What of a request says whose page has made it. */
export interface Sender {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

/**
 * Why a request is not answered that a page of another site may have made; null: it may be. A client
 * that is no browser sends neither `Origin` nor `Sec-Fetch-Site`, and gets through as long as it asks
 * for the host by an address, `localhost`, or one of `allowedHosts` (in lower case, with or without a
 * port): any other name may be a page's own that has come to mean this machine (DNS rebinding).
 */
export function foreignness(
  { method, headers }: Sender,
  allowedHosts: readonly string[],
): Refusal | null {
  const { host, origin } = headers;
  // Only HTTP/1.0 knows requests without one, and no browser speaks that.
  if (host !== undefined && !isHostOfOurs(host, allowedHosts)) return otherName(host);
  if (origin !== undefined && !isOriginOfOurs(origin, host, allowedHosts)) return otherSite;
  const site = headers["sec-fetch-site"] ?? "none";
  const isOwn = site === "none" || site === "same-origin";
  return isOwn || isNavigation(method, headers) ? null : otherSite;
}

/** A name or an address, and the port that may follow. */
const hostPattern = /^(\[[0-9a-f:.]+\]|[^:[\]/?#@\s]+)(?::\d{1,5})?$/;

function isHostOfOurs(host: string, allowedHosts: readonly string[]): boolean {
  const given = host.toLowerCase();
  const name = hostPattern.exec(given)?.[1]?.replace(/\.$/, "");
  if (name === undefined) return false;
  const isAddress = isIP(name.replaceAll(/[[\]]/g, "")) !== 0;
  return isAddress || name === "localhost" || [name, given].some((it) => allowedHosts.includes(it));
}

/** A page of this very host, or of one of its names where a proxy has changed the `Host`. */
function isOriginOfOurs(
  origin: string,
  host: string | undefined,
  allowedHosts: readonly string[],
): boolean {
  const [scheme, place] = origin.toLowerCase().split("://", 2);
  if (place === undefined || (scheme !== "http" && scheme !== "https")) return false;
  return place === host?.toLowerCase() || allowedHosts.includes(place);
}

/** Somebody follows a link to a page of ours: what it shows, the other site does not see. */
function isNavigation(method: string, headers: IncomingHttpHeaders): boolean {
  const isDocument = headers["sec-fetch-dest"] === "document";
  return (
    (method === "GET" || method === "HEAD") &&
    headers["sec-fetch-mode"] === "navigate" &&
    isDocument
  );
}

const otherSite: Refusal = refusal(
  "NOT_ALLOWED",
  "A page of another site has made this request; only pages of this host may.",
);

const otherName = (host: string): Refusal =>
  refusal(
    "NOT_ALLOWED",
    `This host is not known as ${quote(host)}; ask for it by its address or as localhost, or add the name to its AllowedHosts.`,
  );
