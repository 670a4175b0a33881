import { createHmac, randomBytes } from "node:crypto";

/** So many pairs of a name and a password are remembered. */
const maxKnown = 1_000;

/** So long is one remembered; milliseconds. Then it is checked anew. */
const knownForMs = 300_000;

/**
 * Remembers which names had which passwords, so that a client that asks every second costs no scrypt a
 * second. Only what was right is remembered, by a keyed hash whose key ends with the process.
 */
export class KnownPasswords {
  readonly #secret = randomBytes(32);
  /** When each is forgotten, oldest first. */
  readonly #until = new Map<string, number>();
  readonly #now: () => number;

  /** `now`: milliseconds that only grow. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** By what a pair is remembered: no other pair has the same. */
  keyOf(name: string, password: string): string {
    return createHmac("sha256", this.#secret)
      .update(`${name.length}:${name}${password}`)
      .digest("base64");
  }

  has(key: string): boolean {
    return (this.#until.get(key) ?? 0) > this.#now();
  }

  add(key: string): void {
    this.#until.delete(key);
    this.#until.set(key, this.#now() + knownForMs);
    const [oldest] = this.#until.keys();
    if (this.#until.size > maxKnown && oldest !== undefined) this.#until.delete(oldest);
  }
}
