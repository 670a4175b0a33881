import { refusal, type Refusal } from "../error-body.ts";
import { quote } from "../request-path.ts";
import type { Account, Accounts } from "./accounts.ts";
import { FailedLogins } from "./failed-logins.ts";
import { KnownPasswords } from "./known-passwords.ts";
import { PasswordChecks } from "./password-checks.ts";
import { greatestCost } from "./passwords.ts";
import { findToken } from "./tokens.ts";

/** Who a request comes from, or why that is not known. */
export type Answer =
  | { readonly kind: "known"; readonly account: Account }
  | { readonly kind: "refused"; readonly why: Refusal; readonly retryAfterMs?: number };

/** Both in milliseconds. */
export interface Clocks {
  /** Since 1970. */
  readonly wall: () => number;
  /** Since whenever; it only grows. */
  readonly steady: () => number;
}

const systemClocks: Clocks = { wall: () => Date.now(), steady: () => performance.now() };

/** Finds out who sends a request, by its `Authorization`: a password (Basic) or a token (Bearer). */
export class Authentication {
  readonly #accounts: Accounts;
  readonly #clocks: Clocks;
  readonly #known: KnownPasswords;
  readonly #failed: FailedLogins;
  readonly #checks: PasswordChecks;
  /** Pairs that are being checked: a page that sends ten requests at once logs in once. */
  readonly #pending = new Map<string, Promise<Answer>>();

  /** `before`: what was in force until now, whose failed logins still count. */
  constructor(
    accounts: Accounts,
    clocks: Clocks = systemClocks,
    before: Authentication | null = null,
  ) {
    this.#accounts = accounts;
    this.#clocks = clocks;
    this.#known = new KnownPasswords(clocks.steady);
    this.#failed = before === null ? new FailedLogins(clocks.steady) : before.#failed;
    const users = [...accounts.users.values()];
    this.#checks = new PasswordChecks(greatestCost(users.map(({ password }) => password)));
  }

  /** What a client is told that it may send. */
  get challenges(): readonly string[] {
    const { users, tokens } = this.#accounts;
    return [
      ...(users.size > 0 || tokens.size === 0 ? ['Basic realm="Baton", charset="UTF-8"'] : []),
      ...(tokens.size > 0 ? ['Bearer realm="Baton"'] : []),
    ];
  }

  /** At once, unless a password must be checked. `address`: whose guesses are counted together. */
  identify(authorization: string | undefined, address: string): Answer | Promise<Answer> {
    if (authorization === undefined) return refused("This host asks who you are.");
    const [, scheme = "", sent = ""] = /^([A-Za-z]+) +(\S+)$/.exec(authorization) ?? [];
    switch (scheme.toLowerCase()) {
      case "bearer":
        return this.#byToken(sent);
      case "basic":
        return this.#byPassword(sent, address);
      default:
        return refused("The Authorization is neither Basic nor Bearer.");
    }
  }

  #byToken(sent: string): Answer {
    const token = findToken(sent, this.#accounts.tokens.values());
    if (token === null) return refused("This token is nobody's.");
    if (token.expiresAt > this.#clocks.wall()) return { kind: "known", account: token };
    return refused(`The token ${quote(token.name)} has expired.`);
  }

  #byPassword(sent: string, address: string): Answer | Promise<Answer> {
    const pair = Buffer.from(sent, "base64").toString();
    const colon = pair.indexOf(":");
    if (colon === -1) return refused("The Authorization has no name and password.");
    const [name, password] = [pair.slice(0, colon), pair.slice(colon + 1)];
    const key = this.#known.keyOf(name, password);
    const user = this.#accounts.users.get(name);
    if (user !== undefined && this.#known.has(key)) return { kind: "known", account: user };
    const pending = this.#pending.get(key);
    if (pending !== undefined) return pending;
    const waitMs = this.#failed.waitOf(address, name);
    if (waitMs > 0) return tooMany("Too many logins have failed; wait before the next.", waitMs);
    if (this.#checks.isFull) return tooMany("Too many logins are being checked; try again.", 1_000);
    const checked = this.#check({ name, password, key, address }).finally(() =>
      this.#pending.delete(key),
    );
    this.#pending.set(key, checked);
    return checked;
  }

  async #check(login: {
    readonly name: string;
    readonly password: string;
    readonly key: string;
    readonly address: string;
  }): Promise<Answer> {
    const takeBack = this.#failed.begin(login.address, login.name);
    const user = this.#accounts.users.get(login.name);
    const isRight = await this.#checks.check(login.password, user?.password);
    if (!isRight || user === undefined) return refused("The name or the password is wrong.");
    takeBack();
    this.#known.add(login.key);
    return { kind: "known", account: user };
  }
}

const refused = (details: string): Answer => ({
  kind: "refused",
  why: refusal("NOT_AUTHENTICATED", details),
});

const tooMany = (details: string, retryAfterMs: number): Answer => ({
  kind: "refused",
  why: refusal("TOO_MANY_REQUESTS", details),
  retryAfterMs,
});
