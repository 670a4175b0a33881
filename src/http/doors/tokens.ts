import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** By this a token is recognised where it must not be: in a repository, or in a log. */
const tokenPrefix = "baton_";

/** 256 bits: nobody guesses one, so a fast hash keeps it. */
const tokenBytes = 32;

/** A new token. It is shown once; its hash is what is kept. */
export function newToken(): string {
  return tokenPrefix + randomBytes(tokenBytes).toString("base64url");
}

export function tokenHashText(token: string): string {
  return `sha256:${digestOf(token).toString("hex")}`;
}

/** Null: it is none. */
export function parseTokenHash(text: unknown): Uint8Array | null {
  const digits = typeof text === "string" ? /^sha256:([0-9a-f]{64})$/.exec(text)?.[1] : undefined;
  return digits === undefined ? null : Buffer.from(digits, "hex");
}

/** Whose token this is; null: nobody's. How long it takes says nothing of how much of it is right. */
export function findToken<Token extends { readonly digest: Uint8Array }>(
  token: string,
  all: Iterable<Token>,
): Token | null {
  const digest = digestOf(token);
  let found: Token | null = null;
  for (const one of all) {
    if (timingSafeEqual(one.digest, digest)) found = one;
  }
  return found;
}

function digestOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
