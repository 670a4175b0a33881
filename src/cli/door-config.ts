import { resolve } from "node:path";
import { Type, type TSchema } from "typebox";
import type { HttpOptions } from "../index.ts";
import type { AccountsFile } from "./accounts-file.ts";

/** What a configuration may say of who uses the REST interface. */
export interface DoorSettings {
  readonly HttpAddress?: string;
  readonly RemoteAccessAllowed?: boolean;
  readonly AuthenticationEnabled?: boolean;
  readonly RegisteredUsers?: Readonly<Record<string, string>>;
  readonly UsersFile?: string;
  readonly AllowedHosts?: readonly string[];
  readonly SslEnabled?: boolean;
  readonly SslCertificate?: string;
  readonly SslCertificateKey?: string;
  readonly HttpLimits?: Partial<Record<LimitName, number>>;
}

/** What a limit is called here, and how many of the option's units its unit is. */
const limitNames: Readonly<Record<LimitName, readonly [keyof Limits, number]>> = {
  BodySize: ["bodyBytes", 1],
  HeadSize: ["headBytes", 1],
  Headers: ["headers", 1],
  HeadTimeout: ["headTimeoutMs", 1_000],
  RequestTimeout: ["requestTimeoutMs", 1_000],
  Connections: ["connections", 1],
  ConnectionsPerAddress: ["connectionsPerAddress", 1],
  RequestsPerSecond: ["requestsPerSecond", 1],
};

type LimitName =
  | "BodySize"
  | "HeadSize"
  | "Headers"
  | "HeadTimeout"
  | "RequestTimeout"
  | "Connections"
  | "ConnectionsPerAddress"
  | "RequestsPerSecond";

type Limits = NonNullable<HttpOptions["limits"]>;

const limit = Type.Optional(Type.Number({ minimum: 0 }));

/** The keys, with what a value may be. */
export const doorKeys: Readonly<Record<keyof DoorSettings, TSchema>> = {
  HttpAddress: Type.String({ minLength: 1 }),
  RemoteAccessAllowed: Type.Boolean(),
  AuthenticationEnabled: Type.Boolean(),
  RegisteredUsers: Type.Record(Type.String(), Type.String({ minLength: 1 })),
  UsersFile: Type.String({ minLength: 1 }),
  AllowedHosts: Type.Array(Type.String({ pattern: "^[\\w.-]+(:\\d{1,5})?$" })),
  SslEnabled: Type.Boolean(),
  SslCertificate: Type.String({ minLength: 1 }),
  SslCertificateKey: Type.String({ minLength: 1 }),
  HttpLimits: Type.Object(
    Object.fromEntries(Object.keys(limitNames).map((name) => [name, limit])),
    { additionalProperties: false },
  ),
};

/** The same in words, for the sentence of a refusal. */
export const doorWords: Readonly<Record<keyof DoorSettings, string>> = {
  HttpAddress: "an address of this machine, or a name of one",
  RemoteAccessAllowed: "true or false",
  AuthenticationEnabled: "true or false",
  RegisteredUsers: "an object with a password, or the hash of one, for each user's name",
  UsersFile: "the path of a file",
  AllowedHosts: "a list of names, each with or without a port",
  SslEnabled: "true or false",
  SslCertificate: "the path of a file",
  SslCertificateKey: "the path of a file",
  HttpLimits: `an object with a number for any of ${Object.keys(limitNames).join(", ")}`,
};

/** Where users and tokens stand unless `UsersFile` says otherwise; in the configuration's folder. */
const defaultUsersFile = "baton-users.json";

/** What the keys come to, but for what stands in the file of users and tokens. */
export function doorOptions(settings: DoorSettings, folder: string): HttpOptions {
  const { HttpAddress, RemoteAccessAllowed, AuthenticationEnabled } = settings;
  const { RegisteredUsers, AllowedHosts } = settings;
  return {
    ...(HttpAddress === undefined ? {} : { address: HttpAddress }),
    ...(RemoteAccessAllowed === undefined ? {} : { remoteAccess: RemoteAccessAllowed }),
    ...(AuthenticationEnabled === undefined ? {} : { authentication: AuthenticationEnabled }),
    ...(RegisteredUsers === undefined ? {} : { users: usersOf(RegisteredUsers) }),
    ...(AllowedHosts === undefined ? {} : { allowedHosts: AllowedHosts }),
    ...tlsOf(settings, folder),
    ...limitsOf(settings),
  };
}

/** As in Orthanc a certificate may be named and not be used. */
function tlsOf(settings: DoorSettings, folder: string): HttpOptions {
  const { SslCertificate, SslCertificateKey, SslEnabled } = settings;
  if (!(SslEnabled ?? SslCertificate !== undefined)) return {};
  const certificate = resolve(folder, SslCertificate ?? defaultCertificate);
  const key = SslCertificateKey === undefined ? {} : { key: resolve(folder, SslCertificateKey) };
  return { tls: { certificate, ...key } };
}

/** Orthanc's. */
const defaultCertificate = "certificate.pem";

function limitsOf({ HttpLimits }: DoorSettings): HttpOptions {
  if (HttpLimits === undefined) return {};
  const limits = Object.entries(HttpLimits).map(([name, value]) => {
    const [option, unit] = limitNames[name as LimitName];
    return [option, Math.round(value * unit)] as const;
  });
  return { limits: Object.fromEntries(limits) };
}

/** Orthanc's users may do everything. */
function usersOf(registered: Readonly<Record<string, string>>): NonNullable<HttpOptions["users"]> {
  return Object.fromEntries(
    Object.entries(registered).map(([name, password]) => [name, { password }]),
  );
}

/** The path of the file of users and tokens, and whether it must be there. */
export function usersFile(
  { UsersFile }: DoorSettings,
  folder: string,
): { readonly path: string; readonly isNamed: boolean } {
  return {
    path: resolve(folder, UsersFile ?? defaultUsersFile),
    isNamed: UsersFile !== undefined,
  };
}

/** Adds the users and tokens of their file; a text: why that cannot be. */
export function withAccounts(
  http: HttpOptions,
  { users, tokens }: AccountsFile,
  path: string,
): HttpOptions | string {
  const twice = Object.keys(users).find((name) => Object.hasOwn(http.users ?? {}, name));
  if (twice !== undefined) {
    return `The user ${JSON.stringify(twice)} stands in "RegisteredUsers" and in ${path}; leave one out.`;
  }
  const all = { ...http.users, ...users };
  return {
    ...http,
    ...(Object.keys(all).length === 0 ? {} : { users: all }),
    ...(Object.keys(tokens).length === 0 ? {} : { tokens }),
  };
}
