import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import { isAccountName } from "../http/doors/accounts.ts";
import { hashPassword, hashText } from "../http/doors/passwords.ts";
import { scopes as allScopes, isScope, type Scope } from "../http/doors/scopes.ts";
import { newToken, tokenHashText } from "../http/doors/tokens.ts";
import { AccountsError, changeAccounts, readAccounts, type AccountsFile } from "./accounts-file.ts";
import { askPassword } from "./ask-password.ts";
import { readConfigAlone } from "./config.ts";
import { expiryOf } from "./expiry.ts";

interface Flags {
  readonly config?: string;
  readonly scope?: readonly string[];
  readonly expires?: string;
}

type Kind = "users" | "tokens";

/** The commands `user` and `token`. */
export function addAccounts(program: Command): void {
  const user = program.command("user").description("who may log in over REST (docs/security.md)");
  withFlags(user.command("add <name>"), "make a user, or give one a new password")
    .option("--scope <scope...>", "what it may do: read, operate, submit; default: everything")
    .action((name: string, flags: Flags) => tell(() => addUser(name, flags)));
  const token = program.command("token").description("tokens of programs that use REST");
  withFlags(token.command("add [name]"), "make a token; it is shown this once")
    .requiredOption("--scope <scope...>", "what it may do: read, operate, submit")
    .option("--expires <when>", "after 90m, 12h, 30d, or on a date such as 2030-01-31")
    .action((name: string | undefined, flags: Flags) => tell(() => addToken(name, flags)));
  for (const [command, kind] of [
    [user, "users"],
    [token, "tokens"],
  ] as const) {
    withFlags(command.command("ls"), `list the ${kind} and what they may do`).action(
      (flags: Flags) => tell(() => list(kind, flags)),
    );
    withFlags(command.command("remove <name>"), "take one away").action(
      (name: string, flags: Flags) => tell(() => remove(kind, name, flags)),
    );
  }
}

function withFlags(command: Command, description: string): Command {
  return command
    .description(description)
    .option("--config <file>", "the configuration of the host; default: none, from this folder");
}

/** Prints what was done, or in one sentence why nothing was. */
async function tell(act: () => Promise<string>): Promise<void> {
  try {
    process.stdout.write(await act());
  } catch (error) {
    if (!(error instanceof AccountsError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

const live = "A host that runs knows it within a few seconds.";

async function addUser(name: string, flags: Flags): Promise<string> {
  checkName(name);
  const given = flags.scope === undefined ? null : readScopes(flags.scope);
  const path = await pathOf(flags);
  const password = hashText(await hashPassword(await askPassword(name)));
  const before = await changeAccounts(path, ({ users, tokens }) => {
    const known = Object.hasOwn(users, name) ? users[name] : undefined;
    const scopes = given ?? known?.scopes;
    const user = { password, ...(scopes === undefined ? {} : { scopes }) };
    return { after: { users: { ...users, [name]: user }, tokens }, answer: known };
  });
  const what = before === undefined ? `${name} is a user` : `${name} has a new password`;
  return `${what}, in ${path}. ${live}\n`;
}

async function addToken(given: string | undefined, flags: Flags): Promise<string> {
  const name = given ?? `token-${randomBytes(3).toString("hex")}`;
  checkName(name);
  const scopes = readScopes(flags.scope ?? []);
  const expires = flags.expires === undefined ? null : expiryOf(flags.expires, Date.now());
  const token = newToken();
  const path = await pathOf(flags);
  await changeAccounts(path, ({ users, tokens }) => {
    if (Object.hasOwn(tokens, name)) {
      throw new AccountsError(`There is a token ${JSON.stringify(name)} already; remove it first.`);
    }
    const made = { hash: tokenHashText(token), scopes, ...(expires === null ? {} : { expires }) };
    return { after: { users, tokens: { ...tokens, [name]: made } }, answer: null };
  });
  process.stderr.write(
    `The token ${JSON.stringify(name)} is in ${path}. It is shown this once. ${live}\n`,
  );
  return `${token}\n`;
}

async function list(kind: Kind, flags: Flags): Promise<string> {
  const accounts = (await readAccounts(await pathOf(flags))) ?? { users: {}, tokens: {} };
  const lines = Object.entries(accounts[kind]).map(([name, account]) => {
    const expires = "expires" in account ? `  until ${String(account.expires)}` : "";
    return `${name}  ${(account.scopes ?? allScopes).join(" ")}${expires}\n`;
  });
  return lines.join("");
}

async function remove(kind: Kind, name: string, flags: Flags): Promise<string> {
  const path = await pathOf(flags);
  await changeAccounts(path, (before) => ({ after: without(before, kind, name), answer: null }));
  return `${name} is removed from ${path}. ${live}\n`;
}

/** @throws {AccountsError} there is none of this name */
function without(before: AccountsFile, kind: Kind, name: string): AccountsFile {
  const { [name]: removed, ...others } = before[kind];
  if (removed === undefined || !Object.hasOwn(before[kind], name)) {
    throw new AccountsError(`There is no ${kind.slice(0, -1)} ${JSON.stringify(name)} there.`);
  }
  return { ...before, [kind]: others };
}

/** @throws {AccountsError} */
function checkName(name: string): void {
  if (isAccountName(name)) return;
  throw new AccountsError("A name has 1 to 64 characters, and no colon among them.");
}

/** @throws {AccountsError} */
function readScopes(given: readonly string[]): readonly Scope[] {
  const words = given.flatMap((text) => text.split(","));
  const odd = words.find((word) => !isScope(word));
  if (odd === undefined) return allScopes.filter((scope) => words.includes(scope));
  throw new AccountsError(
    `There is no scope ${JSON.stringify(odd)}; there are ${allScopes.join(", ")}.`,
  );
}

/** @throws {AccountsError} the configuration cannot be read */
async function pathOf({ config: file }: Flags): Promise<string> {
  const config = await readConfigAlone(file ?? null, false);
  if (config.kind === "refused") throw new AccountsError(config.sentence);
  return config.usersFile.path;
}
