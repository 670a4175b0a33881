import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import { backUpUnused, mustNotBelongTo, writeReceived } from "../backup.ts";
import type { HostOptions } from "../index.ts";
import { authorization } from "./authorization.ts";
import { readConfig } from "./config.ts";

interface Flags {
  readonly config?: string;
  readonly url?: string;
}

/** A failure in one sentence for the user. */
class Refused extends Error {}

/** The command `backup`. */
export function addBackup(program: Command): void {
  program
    .command("backup <file>")
    .description(
      "copy the database and the outputs of its jobs, while a host runs or not (docs/backup.md)",
    )
    .option("--config <file>", "the configuration of the host whose database it is")
    .option("--url <url>", "where the host listens, if the configuration does not say it")
    .action(async (file: string, flags: Flags) => {
      process.exitCode = await backUp(resolve(file), flags);
    });
}

/** Resolves with the exit code; one line says what was done, or why nothing was. */
async function backUp(file: string, flags: Flags): Promise<number> {
  try {
    const written = await write(file, flags);
    const { jobs, bytes, outputs } = written;
    const more = outputs === 0 ? "" : `, and ${outputs} outputs in ${file}-outputs`;
    process.stdout.write(`${jobs} jobs, ${bytes} bytes, in ${file}${more}\n`);
    return 0;
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${sentence.replaceAll(/\s*\n\s*/g, " ")}\n`);
    return 1;
  }
}

type Written = Awaited<ReturnType<typeof writeReceived>>;

async function write(file: string, { config: configFile, url }: Flags): Promise<Written> {
  // Whoever names the host need not know where that keeps its database.
  if (url !== undefined && configFile === undefined) return ask(url, "*", file);
  const config = await readConfig(configFile ?? null, true);
  if (config.kind === "refused") throw new Refused(config.sentence);
  const { store, http } = config.options;
  if (store?.kind !== "sqlite") throw new Refused('"SaveJobs" is false: nothing is saved.');
  await mustNotBelongTo(store.path, file);
  const written = await backUpUnused(store.path, file);
  return written ?? ask(url ?? urlOf(store.path, http), await realpath(store.path), file);
}

function urlOf(path: string, http: HostOptions["http"]): string {
  const port = http?.port ?? 0;
  const scheme = (http?.tls ?? null) === null ? "http" : "https";
  if (port !== 0) return `${scheme}://${here(http?.address)}:${port}`;
  throw new Refused(
    `${path} is in use, and "HttpPort" is 0: pass --url with the address that its host has printed.`,
  );
}

/** Where this machine reaches a host that listens there. */
function here(address = "0.0.0.0"): string {
  if (address === "0.0.0.0" || address === "::") return "127.0.0.1";
  return address.includes(":") ? `[${address}]` : address;
}

/** Has a host copy its database. `wanted`: which, in case another host answers there; `*`: any. */
async function ask(url: string, wanted: string, file: string): Promise<Written> {
  const answer = await post(url, wanted);
  if (answer.status === 200 && answer.body !== null) return receive(answer.body, url, file);
  throw new Refused(`The host at ${url} made no backup: ${await detailsOf(answer)}`);
}

async function receive(
  body: AsyncIterable<Uint8Array>,
  url: string,
  file: string,
): Promise<Written> {
  try {
    return await writeReceived(body, file);
  } catch (error) {
    // What fetch throws when the connection breaks.
    if (!(error instanceof TypeError)) throw error;
    throw new Refused(`The host at ${url} broke off before the backup was whole.`, {
      cause: error,
    });
  }
}

async function post(url: string, wanted: string): Promise<Response> {
  const database = wanted === "*" ? wanted : encodeURIComponent(wanted);
  try {
    return await fetch(new URL("/tools/backup", url), {
      method: "POST",
      headers: { "x-baton-database": database, ...authorization() },
    });
  } catch (error) {
    const which = wanted === "*" ? "" : `${wanted} is in use, but `;
    const hint = "pass --url with the address that the host has printed";
    throw new Refused(`${which}no host answers at ${url}; ${hint}.`, { cause: error });
  }
}

/** What the host says of a refusal. */
async function detailsOf(answer: Response): Promise<string> {
  const text = await answer.text();
  try {
    return String((JSON.parse(text) as { readonly Details?: unknown }).Details);
  } catch {
    // Not a Baton: its status must do.
    return `it answered ${answer.status}`;
  }
}
