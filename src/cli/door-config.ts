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
}

/** The keys, with what a value may be. */
export const doorKeys: Readonly<Record<keyof DoorSettings, TSchema>> = {
  HttpAddress: Type.String({ minLength: 1 }),
  RemoteAccessAllowed: Type.Boolean(),
  AuthenticationEnabled: Type.Boolean(),
  RegisteredUsers: Type.Record(Type.String(), Type.String({ minLength: 1 })),
  UsersFile: Type.String({ minLength: 1 }),
  AllowedHosts: Type.Array(Type.String({ pattern: "^[\\w.-]+(:\\d{1,5})?$" })),
};

/** The same in words, for the sentence of a refusal. */
export const doorWords: Readonly<Record<keyof DoorSettings, string>> = {
  HttpAddress: "an address of this machine, or a name of one",
  RemoteAccessAllowed: "true or false",
  AuthenticationEnabled: "true or false",
  RegisteredUsers: "an object with a password, or the hash of one, for each user's name",
  UsersFile: "the path of a file",
  AllowedHosts: "a list of names, each with or without a port",
};

/** Where users and tokens stand unless `UsersFile` says otherwise; in the configuration's folder. */
const defaultUsersFile = "baton-users.json";

/** What the keys come to, but for what stands in the file of users and tokens. */
export function doorOptions(settings: DoorSettings): HttpOptions {
  const { HttpAddress, RemoteAccessAllowed, AuthenticationEnabled } = settings;
  const { RegisteredUsers, AllowedHosts } = settings;
  return {
    ...(HttpAddress === undefined ? {} : { address: HttpAddress }),
    ...(RemoteAccessAllowed === undefined ? {} : { remoteAccess: RemoteAccessAllowed }),
    ...(AuthenticationEnabled === undefined ? {} : { authentication: AuthenticationEnabled }),
    ...(RegisteredUsers === undefined ? {} : { users: usersOf(RegisteredUsers) }),
    ...(AllowedHosts === undefined ? {} : { allowedHosts: AllowedHosts }),
  };
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
