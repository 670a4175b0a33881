import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { httpRefusal, refusal, type Refusal } from "../error-body.ts";
import { quote } from "../request-path.ts";
import { refuse } from "../resource.ts";
import type { Account } from "./accounts.ts";
import { admit } from "./admissions.ts";
import { Authentication, type Answer } from "./authentication.ts";
import { clientOf } from "./client-address.ts";
import { limitConnections } from "./connections.ts";
import { defaultLimits, type Limits } from "./limits.ts";
import { Admission, LiveAccounts } from "./live-accounts.ts";
import { isLoopback } from "./loopback.ts";
import { foreignness, type Sender } from "./own-site.ts";
import { RequestRates } from "./request-rates.ts";
import { scopeOf, type Scope } from "./scopes.ts";
import type { Tls } from "./tls.ts";

/** What decides who is let in. */
export interface Doors {
  /** Names, in lower case, by which the host may be asked for besides its addresses and localhost. */
  readonly allowedHosts: readonly string[];
  readonly accounts: LiveAccounts;
  readonly limits: Limits;
  /** Null: everything crosses the network as it is. */
  readonly tls: Tls | null;
  /** What the log should say at the start: sentences. */
  readonly warnings: readonly string[];
}

/** For those on this machine alone. */
export const closedDoors: Doors = {
  allowedHosts: [],
  accounts: new LiveAccounts(() => null, {}),
  limits: defaultLimits,
  tls: null,
  warnings: [],
};

/**
 * Said to be the address of requests that come from inside of this process, which are trusted. No
 * connection has it: theirs are IP addresses.
 */
export const insideAddress = "in-process";

/** Says of a request of this process on which thread its answer is waited for; nobody else may say it. */
export const callerHeader = "baton-caller";

/** Why a request is not let in, whoever asks and whatever its path; null: it is. Says in `reply` when to come back. */
export type FirstDoor = (request: FastifyRequest, reply: FastifyReply) => Refusal | null;

/** The door that every request passes, also one whose path nothing can read. */
export function firstDoor({ allowedHosts, limits }: Doors): FirstDoor {
  const rates = new RequestRates(limits.requestsPerSecond, () => performance.now());
  return (request, reply) => {
    if (isFromInside(request)) return null;
    const waitMs = isLoopback(request.ip) ? 0 : rates.count(clientOf(request.ip));
    if (waitMs > 0) void reply.header("retry-after", seconds(waitMs));
    return (
      (waitMs > 0 ? tooMany : null) ??
      tooManyHeaders(request, limits) ??
      foreignness(senderOf(request), allowedHosts)
    );
  };
}

/**
 * Drops a request whose client has gone before anything looked at it: nobody knows where it came from
 * any more. False: it is there.
 */
export function dropped({ raw }: FastifyRequest, reply: FastifyReply): boolean {
  if (raw.socket.remoteAddress !== undefined) return false;
  reply.hijack();
  raw.destroy();
  return true;
}

/** Has every request, whatever its path, pass the doors before anything else looks at it. */
export function hangDoors(app: FastifyInstance, doors: Doors, first: FirstDoor): void {
  const { accounts, limits } = doors;
  limitConnections(app.server, limits);
  app.addHook("onRequest", (request, reply, done) => {
    if (!isFromInside(request)) delete request.headers[callerHeader];
    const why = first(request, reply);
    if (why === null) done();
    else refuse(request, reply, why);
  });
  askWho(app, accounts);
}

const senderOf = (request: FastifyRequest): Sender => ({
  method: request.method,
  headers: request.headers,
  scope: () => scopeOf(request),
});

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
function askWho(app: FastifyInstance, accounts: LiveAccounts): void {
  let authentication = authenticationOf(accounts, null);
  const unlisten = accounts.onChange(() => {
    authentication = authenticationOf(accounts, authentication);
  });
  app.addHook("onClose", async () => unlisten());
  app.addHook("onRequest", (request, reply, done) => {
    if (isFromInside(request)) return done();
    const scope = scopeOf(request);
    if (scope === "none") return done();
    if (authentication === null) {
      admit(request, new Admission(accounts, null, scope));
      return done();
    }
    const asked = authentication;
    const decide = (answer: Answer): void => {
      if (answer.kind === "refused") return turnAway(request, reply, answer, asked);
      if (!answer.account.scopes.has(scope)) {
        return void refuse(request, reply, notAllowed(answer.account, scope));
      }
      const admission = new Admission(accounts, answer.account, scope);
      // It was taken away while a password was checked.
      if (!admission.isGood) return turnAway(request, reply, noMore, asked);
      admit(request, admission);
      // It has done its work; no plugin needs anybody's password.
      delete request.headers.authorization;
      done();
    };
    const answer = asked.identify(request.headers.authorization, clientOf(request.ip));
    if (answer instanceof Promise) answer.then(decide, done);
    else decide(answer);
  });
}

/** Null: nobody is asked. `before`: what was in force until now. */
function authenticationOf(
  { current }: LiveAccounts,
  before: Authentication | null,
): Authentication | null {
  return current === null ? null : new Authentication(current, undefined, before);
}

const noMore: Extract<Answer, { readonly kind: "refused" }> = {
  kind: "refused",
  why: refusal("NOT_AUTHENTICATED", "What you sent is good no more."),
};

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
