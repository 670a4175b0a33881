import type { Account, Accounts, TokenOptions, UserOptions } from "./accounts.ts";
import type { Scope } from "./scopes.ts";

/** Users and tokens, as they are given. */
export interface AccountOptions {
  readonly users?: Readonly<Record<string, UserOptions>>;
  readonly tokens?: Readonly<Record<string, TokenOptions>>;
}

/** No timer can be longer; milliseconds. */
const longestTimerMs = 2 ** 31 - 1;

const nobody: Accounts = { users: new Map(), tokens: new Map() };

/** Everybody who may come in, as it is now. */
export class LiveAccounts {
  readonly #read: (given: AccountOptions) => Accounts | null;
  readonly #listeners = new Set<() => void>();
  #current: Accounts | null;

  /** `read`: null if nobody is to be asked who they are. @throws {JobEngineError} what `read` throws */
  constructor(read: (given: AccountOptions) => Accounts | null, given: AccountOptions) {
    this.#read = read;
    this.#current = read(given);
  }

  /** Null: nobody is asked who they are, and may do everything. */
  get current(): Accounts | null {
    return this.#current;
  }

  /** These instead. @throws {JobEngineError} CONFIG_INVALID: then nothing has changed */
  set(given: AccountOptions): void {
    const { users = {}, tokens = {} } = given;
    const isEmpty = Object.keys(users).length + Object.keys(tokens).length === 0;
    // Whoever takes away the last one closes the doors, and does not open them to all.
    this.#current = isEmpty && this.#current !== null ? nobody : this.#read(given);
    for (const listener of this.#listeners) listener();
  }

  /** Until the answer is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

/** That somebody was let in: for as long as they may stay. */
export class Admission {
  readonly #accounts: LiveAccounts;
  readonly #account: Account | null;
  readonly #scope: Scope;

  /** `account` null: nobody was asked who they are. `scope`: for what they were let in. */
  constructor(accounts: LiveAccounts, account: Account | null, scope: Scope) {
    this.#accounts = accounts;
    this.#account = account;
    this.#scope = scope;
  }

  get isGood(): boolean {
    const { current } = this.#accounts;
    if (current === null) return true;
    const now = this.#now(current);
    return now !== null && now.scopes.has(this.#scope) && now.expiresAt > Date.now();
  }

  /** Calls `end` once it is good no more. The answer ends the watch. */
  watch(end: () => void): () => void {
    let timer: NodeJS.Timeout | undefined;
    const look = (): void => {
      clearTimeout(timer);
      if (!this.isGood) return end();
      const { current } = this.#accounts;
      const until = current === null ? null : this.#now(current);
      if (until === null || until.expiresAt === Number.POSITIVE_INFINITY) return;
      timer = setTimeout(look, Math.min(until.expiresAt - Date.now(), longestTimerMs)).unref();
    };
    const unlisten = this.#accounts.onChange(look);
    look();
    return () => {
      unlisten();
      clearTimeout(timer);
    };
  }

  /** The same account as it is now; null: it is no more. */
  #now({ users, tokens }: Accounts): Account | null {
    const account = this.#account;
    if (account === null) return null;
    const same = [users.get(account.name), tokens.get(account.name)];
    return same.find((one) => one?.mark === account.mark) ?? null;
  }
}
