import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { httpRefusal, refusal, type Refusal } from "../error-body.ts";
import { quote } from "../request-path.ts";
import { refuse } from "../resource.ts";
import type { Account, Accounts } from "./accounts.ts";
import { Authentication, type Answer } from "./authentication.ts";
import { clientOf } from "./client-address.ts";
import { limitConnections } from "./connections.ts";
import { defaultLimits, type Limits } from "./limits.ts";
import { isLoopback } from "./loopback.ts";
import { foreignness } from "./own-site.ts";
import { RequestRates } from "./request-rates.ts";
import { scopeOf, type Scope } from "./scopes.ts";
import type { Tls } from "./tls.ts";

/** What decides who is let in. */
export interface Doors {
  /** Names, in lower case, by which the host may be asked for besides its addresses and localhost. */
  readonly allowedHosts: readonly string[];
  /** Null: whoever reaches the host may do everything. */
  readonly accounts: Accounts | null;
  readonly limits: Limits;
  /** Null: everything crosses the network as it is. */
  readonly tls: Tls | null;
  /** What the log should say at the start: sentences. */
  readonly warnings: readonly string[];
}

/** For those on this machine alone. */
export const closedDoors: Doors = {
  allowedHosts: [],
  accounts: null,
  limits: defaultLimits,
  tls: null,
  warnings: [],
};

/**
 * Said to be the address of requests that come from inside of this process, which are trusted. No
 * connection has it: theirs are IP addresses.
 */
export const insideAddress = "in-process";

/** Has every request, whatever its path, pass the doors before anything else looks at it. */
export function hangDoors(app: FastifyInstance, doors: Doors): void {
  const { allowedHosts, accounts, limits } = doors;
  limitConnections(app.server, limits);
  const rates = new RequestRates(limits.requestsPerSecond, () => performance.now());
  app.addHook("onRequest", (request, reply, done) => {
    if (isFromInside(request)) return done();
    const waitMs = isLoopback(request.ip) ? 0 : rates.count(clientOf(request.ip));
    if (waitMs > 0) void reply.header("retry-after", seconds(waitMs));
    const why =
      (waitMs > 0 ? tooMany : null) ??
      tooManyHeaders(request, limits) ??
      foreignness(request, allowedHosts);
    if (why === null) done();
    else refuse(request, reply, why);
  });
  if (accounts !== null) askWho(app, new Authentication(accounts));
}

function isFromInside({ socket }: FastifyRequest): boolean {
  return socket.remoteAddress === insideAddress;
}

const tooMany = refusal("TOO_MANY_REQUESTS", "Too many requests come from your address.");

/** What a `Retry-After` says. */
const seconds = (ms: number): number => Math.ceil(ms / 1_000);

function tooManyHeaders({ raw }: FastifyRequest, { headers }: Limits): Refusal | null {
  if (raw.rawHeaders.length <= 2 * headers) return null;
  return httpRefusal(431, `The request has more than ${headers} headers; send fewer.`);
}

/** Lets in those alone that are known and may do what they ask for. */
function askWho(app: FastifyInstance, authentication: Authentication): void {
  app.addHook("onRequest", (request, reply, done) => {
    if (isFromInside(request)) return done();
    const scope = scopeOf(request);
    if (scope === "none") return done();
    const decide = (answer: Answer): void => {
      if (answer.kind === "refused") return turnAway(request, reply, answer, authentication);
      if (!answer.account.scopes.has(scope)) {
        return void refuse(request, reply, notAllowed(answer.account, scope));
      }
      // It has done its work; no plugin needs anybody's password.
      delete request.headers.authorization;
      done();
    };
    const answer = authentication.identify(request.headers.authorization, clientOf(request.ip));
    if (answer instanceof Promise) answer.then(decide, done);
    else decide(answer);
  });
}

function turnAway(
  request: FastifyRequest,
  reply: FastifyReply,
  { why, retryAfterMs = 0 }: Extract<Answer, { readonly kind: "refused" }>,
  { challenges }: Authentication,
): void {
  if (retryAfterMs > 0) void reply.header("retry-after", seconds(retryAfterMs));
  else void reply.header("www-authenticate", challenges);
  refuse(request, reply, why);
}

function notAllowed({ name, scopes }: Account, scope: Scope): Refusal {
  const has = scopes.size === 0 ? "no scope" : [...scopes].map((each) => quote(each)).join(", ");
  const details = `This needs the scope ${quote(scope)}; ${quote(name)} has ${has}.`;
  return refusal("NOT_ALLOWED", details);
}
