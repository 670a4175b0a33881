import { isPassword, type Cost, type PasswordHash } from "./passwords.ts";

/** So many are checked at once: each takes a thread of the pool (of four) and 32 MiB. */
const atOnce = 2;

/** So many may wait for that; more are refused. */
const mayWait = 64;

/** Checks passwords on the thread pool, few at a time. */
export class PasswordChecks {
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  /** What the password of nobody is checked against, so that a name that nobody has takes as long. */
  readonly #nobody: PasswordHash;

  /** `cost`: that of the users' hashes. */
  constructor(cost: Cost) {
    this.#nobody = { cost, salt: new Uint8Array(16), hash: new Uint8Array(32) };
  }

  /** Whether one more would be refused. */
  get isFull(): boolean {
    return this.#running >= atOnce && this.#waiting.length >= mayWait;
  }

  /** `expected` undefined: there is no such user. REQUIRES: it is not full. */
  async check(
    password: string,
    expected: PasswordHash | PromiseLike<PasswordHash> | undefined,
  ): Promise<boolean> {
    await this.#turn();
    try {
      const isRight = await isPassword(password, (await expected) ?? this.#nobody);
      return isRight && expected !== undefined;
    } finally {
      // Whoever waits takes the place over.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  async #turn(): Promise<void> {
    if (this.#running < atOnce) {
      this.#running += 1;
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    await promise;
  }
}
