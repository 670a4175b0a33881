import { JobEngineError } from "../../core/errors.ts";
import {
  readToken,
  readUser,
  type Accounts,
  type TokenOptions,
  type UserOptions,
} from "./accounts.ts";
import type { Doors } from "./doors.ts";
import { LiveAccounts } from "./live-accounts.ts";
import { completeLimits, type Limits } from "./limits.ts";
import { isLoopback } from "./loopback.ts";
import { hashPrefix } from "./passwords.ts";
import { readTls, type TlsOptions } from "./tls.ts";

/** Who may use the REST interface, and from where. */
export interface DoorOptions {
  /**
   * Whether other machines may reach the host. Then everybody is asked who they are, so there must be
   * users or tokens. Default: false.
   */
  readonly remoteAccess?: boolean;
  /**
   * Whether everybody is asked who they are. Default: as soon as there are users or tokens. Where other
   * machines reach the host it cannot be switched off.
   */
  readonly authentication?: boolean;
  /** Who has a password, by name. Default: nobody. */
  readonly users?: Readonly<Record<string, UserOptions>>;
  /** Which programs have a token, by name. Default: none. */
  readonly tokens?: Readonly<Record<string, TokenOptions>>;
  /**
   * Names, with or without a port, by which browsers may ask for the host besides its addresses and
   * `localhost`: those of a proxy before it, say. Default: none.
   */
  readonly allowedHosts?: readonly string[];
  /** Serve HTTPS with this certificate. Default: HTTP. */
  readonly tls?: TlsOptions | null;
  /** What clients may take. Default: what each says. */
  readonly limits?: Partial<Limits>;
}

/** Applies the defaults. @throws {JobEngineError} CONFIG_INVALID */
export function completeDoors(options: DoorOptions, address: string): Doors {
  for (const name of Object.keys(options)) {
    if (!known.has(name)) throw invalid(`there is no option "${name}" of http`);
  }
  const { allowedHosts = [], remoteAccess = false, tls = null } = options;
  if (!remoteAccess && !isLoopback(address)) {
    const detail = `the address ${address} is one that other machines reach; to allow that, set remoteAccess ("RemoteAccessAllowed") to true`;
    throw invalid(detail);
  }
  const accounts = new LiveAccounts(
    ({ users = {}, tokens = {} }) => completeAccounts({ ...options, users, tokens }),
    options,
  );
  return {
    allowedHosts: allowedHosts.map(hostName),
    accounts,
    limits: completeLimits(options.limits),
    tls: tls === null ? null : readTls(tls),
    warnings: accounts.current === null ? [] : warningsOf(options, address),
  };
}

function warningsOf({ users = {}, tls = null }: DoorOptions, address: string): readonly string[] {
  const inClear = Object.entries(users)
    .filter(([, { password }]) => !password.startsWith(hashPrefix))
    .map(([name]) => JSON.stringify(name));
  return [
    ...(isLoopback(address) || tls !== null
      ? []
      : [
          "Other machines reach this host, and passwords and tokens cross the network as they are; use a certificate, or a proxy that does.",
        ]),
    ...(inClear.length === 0
      ? []
      : [
          `The passwords of these users stand in the configuration as they are: ${inClear.join(", ")}; "baton user add" keeps hashes.`,
        ]),
  ];
}

const known: ReadonlySet<string> = new Set([
  "remoteAccess",
  "authentication",
  "users",
  "tokens",
  "allowedHosts",
  "tls",
  "limits",
] satisfies (keyof DoorOptions)[]);

/** Null: nobody is asked who they are. */
function completeAccounts({
  remoteAccess = false,
  users = {},
  tokens = {},
  authentication,
}: DoorOptions): Accounts | null {
  const count = Object.keys(users).length + Object.keys(tokens).length;
  const isAsked = authentication ?? (remoteAccess || count > 0);
  if (remoteAccess && !isAsked) {
    const detail = `with remoteAccess ("RemoteAccessAllowed") authentication ("AuthenticationEnabled") cannot be false: everybody in the network could do everything`;
    throw invalid(detail);
  }
  if (!isAsked) return null;
  if (count === 0) {
    const detail = `nobody could come in, since there is no user and no token: make one with "baton user add <name>" or "baton token add <name>", or set users or tokens of http`;
    throw invalid(detail);
  }
  return { users: mapOf(users, readUser), tokens: mapOf(tokens, readToken) };
}

function mapOf<Given, Read>(
  given: Readonly<Record<string, Given>>,
  read: (name: string, options: Given) => Read,
): ReadonlyMap<string, Read> {
  return new Map(Object.entries(given).map(([name, options]) => [name, read(name, options)]));
}

/** As it is compared: in lower case. */
function hostName(name: unknown): string {
  const isName = typeof name === "string" && /^[\w.-]+(:\d{1,5})?$/.test(name);
  if (isName) return name.toLowerCase();
  throw invalid(`allowedHosts has ${String(name)}; a name, with or without a port, is needed`);
}

const invalid = (detail: string): JobEngineError => new JobEngineError("CONFIG_INVALID", detail);
