import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

/** What one guess costs. Memory: 128 * r * 2^ln bytes. */
export interface Cost {
  /** Logarithm of N, to the base 2. */
  readonly ln: number;
  /** Size of a block. */
  readonly r: number;
  /** How often all of it is done. */
  readonly p: number;
}

/** A password that cannot be read back. */
export interface PasswordHash {
  readonly cost: Cost;
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

/** OWASP's advice for scrypt in 32 MiB: two guesses at once must not be felt by the rest of a host. */
export const defaultCost: Cost = { ln: 15, r: 8, p: 3 };

/** The cost of whichever hash costs most; the default if there is none. */
export function greatestCost(hashes: Iterable<unknown>): Cost {
  let greatest: Cost | null = null;
  for (const hash of hashes) {
    const { cost } = hash as Partial<PasswordHash>;
    if (cost !== undefined && (greatest === null || work(cost) > work(greatest))) greatest = cost;
  }
  return greatest ?? defaultCost;
}

const work = ({ ln, r, p }: Cost): number => 2 ** ln * r * p;

/** What a text begins with that is a hash, and no password. */
export const hashPrefix = "$scrypt$";

const saltBytes = 16;
const hashBytes = 32;

/** A hash may not ask for more than this; bytes (256 MiB). */
const maxMemory = 268_435_456;

const derive = promisify<string, Uint8Array, number, object, Buffer>(scrypt);

/** Hashes a password, on a thread of the pool. */
export async function hashPassword(
  password: string,
  cost: Cost = defaultCost,
): Promise<PasswordHash> {
  const salt = randomBytes(saltBytes);
  return { cost, salt, hash: await hashOf(password, salt, cost) };
}

/** Whether a password is the one that was hashed; on a thread of the pool. */
export async function isPassword(
  password: string,
  { cost, salt, hash }: PasswordHash,
): Promise<boolean> {
  return timingSafeEqual(await hashOf(password, salt, cost), hash);
}

function hashOf(password: string, salt: Uint8Array, { ln, r, p }: Cost): Promise<Buffer> {
  // The same text must be the same password, however a keyboard has composed its letters.
  const text = password.normalize("NFC");
  return derive(text, salt, hashBytes, { N: 2 ** ln, r, p, maxmem: 2 * maxMemory });
}

/** `$scrypt$ln=15,r=8,p=3$salt$hash`, as the PHC format has it. */
export function hashText({ cost: { ln, r, p }, salt, hash }: PasswordHash): string {
  return `${hashPrefix}ln=${ln},r=${r},p=${p}$${base64(salt)}$${base64(hash)}`;
}

const hashPattern =
  /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{43})$/;

/** Null: the text is no hash, or one that costs far too little or too much. */
export function parseHash(text: string): PasswordHash | null {
  const [, ln, r, p, salt = "", hash = ""] = hashPattern.exec(text) ?? [];
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) };
  if (!isSensible(cost)) return null;
  return { cost, salt: Buffer.from(salt, "base64"), hash: Buffer.from(hash, "base64") };
}

/** NaN, of a text that is no hash, is not. */
function isSensible({ ln, r, p }: Cost): boolean {
  const memory = 128 * r * 2 ** ln;
  return ln >= 10 && r >= 1 && p >= 1 && p <= 16 && memory >= 1_048_576 && memory <= maxMemory;
}

const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes).toString("base64").replaceAll("=", "");
