import { createHash } from "node:crypto";
import { JobEngineError } from "../../core/errors.ts";
import { hashPassword, hashPrefix, parseHash, type PasswordHash } from "./passwords.ts";
import { isScope, scopes, type Scope } from "./scopes.ts";
import { parseTokenHash } from "./tokens.ts";

/** Somebody with a password. */
export interface UserOptions {
  /** What `baton user add` writes (`$scrypt$…`), or the password itself: it is hashed at the start. */
  readonly password: string;
  /** What the user may do. Default: everything. */
  readonly scopes?: readonly Scope[];
}

/** A program with a token. */
export interface TokenOptions {
  /** `sha256:` and the SHA-256 of the token in hexadecimal digits, as `baton token add` writes it. */
  readonly hash: string;
  readonly scopes: readonly Scope[];
  /** It is good until then: ISO 8601, or milliseconds since 1970. Default: for ever. */
  readonly expires?: string | number;
}

/** Whoever was let in. */
export interface Account {
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  /** Another one if its password or token is changed; says nothing of what that is. */
  readonly mark: string;
  /** Milliseconds since 1970; infinite: never. */
  readonly expiresAt: number;
}

export interface User extends Account {
  readonly password: PasswordHash | Promise<PasswordHash>;
}

export interface Token extends Account {
  readonly digest: Uint8Array;
}

/** Everybody who may come in, by name. */
export interface Accounts {
  readonly users: ReadonlyMap<string, User>;
  readonly tokens: ReadonlyMap<string, Token>;
}

/** What a name is made of: it goes into logs, and in Basic authentication it ends at a colon. */
const namePattern = /^[^\p{Cc}\p{Cs}:]{1,64}$/u;

/** Whether users and tokens may be named so. */
export function isAccountName(name: string): boolean {
  return namePattern.test(name);
}

/** @throws {JobEngineError} CONFIG_INVALID */
export function readUser(name: string, options: UserOptions): User {
  const who = `the user ${JSON.stringify(name)}`;
  checkName(who, name);
  const { password }: { readonly password?: unknown } = options;
  if (typeof password !== "string" || password === "") throw invalid(`${who} has no password`);
  return {
    name,
    password: readPassword(who, password),
    scopes: readScopes(who, options.scopes),
    mark: createHash("sha256").update(`user ${password}`).digest("base64"),
    expiresAt: Number.POSITIVE_INFINITY,
  };
}

function readPassword(who: string, password: string): PasswordHash | Promise<PasswordHash> {
  if (password.startsWith(hashPrefix)) {
    const hash = parseHash(password);
    if (hash === null) throw invalid(`the hash of ${who} is none; make it with "baton user add"`);
    return hash;
  }
  const hashing = hashPassword(password);
  // Whoever checks a password by it hears of a failure.
  hashing.catch(() => {});
  return hashing;
}

/** @throws {JobEngineError} CONFIG_INVALID */
export function readToken(name: string, options: TokenOptions): Token {
  const who = `the token ${JSON.stringify(name)}`;
  checkName(who, name);
  const digest = parseTokenHash(options.hash);
  if (digest === null) throw invalid(`the hash of ${who} is none; make it with "baton token add"`);
  const { expires = Number.POSITIVE_INFINITY } = options;
  const expiresAt = new Date(expires).getTime();
  const isForEver = expires === Number.POSITIVE_INFINITY;
  if (Number.isNaN(expiresAt) && !isForEver) {
    throw invalid(`${who} expires at ${String(expires)}, which is no time`);
  }
  if (options.scopes === undefined) throw invalid(`${who} has no scopes; ${scopes.join(", ")}`);
  return {
    name,
    digest,
    scopes: readScopes(who, options.scopes),
    mark: options.hash,
    expiresAt: isForEver ? Number.POSITIVE_INFINITY : expiresAt,
  };
}

function checkName(who: string, name: string): void {
  if (isAccountName(name)) return;
  throw invalid(`${who} needs a name of 1 to 64 characters without a colon`);
}

function readScopes(who: string, given: readonly Scope[] = scopes): ReadonlySet<Scope> {
  const odd = Array.isArray(given) ? given.find((scope) => !isScope(scope)) : given;
  if (odd === undefined) return new Set(given);
  throw invalid(`${who} has the scope ${String(odd)}; there are ${scopes.join(", ")}`);
}

const invalid = (detail: string): JobEngineError => new JobEngineError("CONFIG_INVALID", detail);
