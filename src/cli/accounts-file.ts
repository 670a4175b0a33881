import { open, readFile, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { Type } from "typebox";
import { Value } from "typebox/value";
import type { HttpOptions } from "../index.ts";
import { parseCommentedJson } from "./json-text.ts";

/** Users and tokens, as they stand in their file. */
export interface AccountsFile {
  readonly users: NonNullable<HttpOptions["users"]>;
  readonly tokens: NonNullable<HttpOptions["tokens"]>;
}

/** A failure in one sentence for the user. */
export class AccountsError extends Error {}

const scopes = Type.Array(
  Type.Union([Type.Literal("read"), Type.Literal("operate"), Type.Literal("submit")]),
);

const schema = Type.Object(
  {
    Users: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Object(
          { Password: Type.String({ minLength: 1 }), Scopes: Type.Optional(scopes) },
          { additionalProperties: false },
        ),
      ),
    ),
    Tokens: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Object(
          { Hash: Type.String(), Scopes: scopes, Expires: Type.Optional(Type.String()) },
          { additionalProperties: false },
        ),
      ),
    ),
  },
  { additionalProperties: false },
);

/** Null: there is no such file. @throws {AccountsError} */
export async function readAccounts(path: string): Promise<AccountsFile | null> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw new AccountsError(`The file of users ${path} cannot be read (${codeOf(error)}).`);
  }
  return decode(text, path);
}

function decode(text: string, path: string): AccountsFile {
  let json: unknown;
  try {
    json = parseCommentedJson(text);
  } catch (error) {
    const why = String(error instanceof Error ? error.message : error).replaceAll(/\s+/g, " ");
    throw new AccountsError(`The file of users ${path} is not JSON: ${why}.`);
  }
  if (!Value.Check(schema, json)) {
    const [first] = Value.Errors(schema, json);
    const where = first === undefined || first.instancePath === "" ? "it" : first.instancePath;
    // What is wrong may be a password: its place is said, not what it is.
    const words = "must be as docs/security.md shows";
    throw new AccountsError(`The file of users ${path} is not one: ${where} ${words}.`);
  }
  const { Users = {}, Tokens = {} } = json;
  return {
    users: mapped(Users, ({ Password, Scopes }) => ({
      password: Password,
      ...(Scopes === undefined ? {} : { scopes: Scopes }),
    })),
    tokens: mapped(Tokens, ({ Hash, Scopes, Expires }) => ({
      hash: Hash,
      scopes: Scopes,
      ...(Expires === undefined ? {} : { expires: Expires }),
    })),
  };
}

/** Only its owner may read or write it: even a hash can be guessed at. */
const mode = 0o600;

/**
 * Replaces the file by what `change` makes of it, as a whole or not at all. What it answers is passed on.
 * @throws {AccountsError}, and what `change` throws: then the file stays as it was
 */
export async function changeAccounts<Answer>(
  path: string,
  change: (before: AccountsFile) => { readonly after: AccountsFile; readonly answer: Answer },
): Promise<Answer> {
  const fresh = `${path}.new`;
  const file = await create(fresh, path);
  try {
    const { after, answer } = change((await readAccounts(path)) ?? { users: {}, tokens: {} });
    await keepOwner(file, path);
    await file.writeFile(encode(after));
    await file.sync();
    await rename(fresh, path);
    return answer;
  } catch (error) {
    await rm(fresh, { force: true });
    if (error instanceof Error && "syscall" in error) {
      throw new AccountsError(`The file of users ${path} cannot be written (${codeOf(error)}).`);
    }
    throw error;
  } finally {
    await file.close();
  }
}

/** Nobody else changes the file as long as this one is there. */
async function create(fresh: string, path: string): Promise<FileHandle> {
  try {
    return await open(fresh, "wx", mode);
  } catch (error) {
    const code = codeOf(error);
    if (code !== "EEXIST") {
      throw new AccountsError(`The file of users ${path} cannot be written (${code}).`);
    }
    const words = `Another command changes ${path} at this moment; if none does, remove ${fresh}.`;
    throw new AccountsError(words);
  }
}

/** What an administrator changes stays readable for the service whose file it is. */
async function keepOwner(file: FileHandle, path: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const before = await stat(path).catch(() => null);
  if (before !== null) await file.chown(before.uid, before.gid);
}

function encode({ users, tokens }: AccountsFile): string {
  const json = {
    Users: mapped(users, ({ password, scopes: own }) => ({
      Password: password,
      ...(own === undefined ? {} : { Scopes: own }),
    })),
    Tokens: mapped(tokens, ({ hash, scopes: own, expires }) => ({
      Hash: hash,
      Scopes: own,
      ...(expires === undefined ? {} : { Expires: expires }),
    })),
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

function mapped<From, To>(
  values: Readonly<Record<string, From>>,
  map: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]));
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : String(error);
