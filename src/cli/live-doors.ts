import type { Logger } from "pino";
import type { Host } from "../index.ts";
import { readConfig, type Config } from "./config.ts";
import { watchFiles } from "./live-files.ts";

/**
 * Has the host know of users, tokens and certificates as their files change, and at SIGHUP. What cannot
 * be used is a line in the log, stays as it was, and is tried again every second: a token that was
 * revoked must not live on because another file was broken at that moment. The answer ends it.
 */
export function followFiles(
  host: Pick<Host, "setAccounts" | "renewCertificate">,
  config: Extract<Config, { readonly kind: "read" }>,
  {
    configFile,
    since,
    log,
  }: {
    readonly configFile: string | null;
    /** When the configuration was read; epoch milliseconds. */
    readonly since: number;
    readonly log: Pick<Logger, "error" | "info" | "warn">;
  },
): () => void {
  const { tls } = config.options.http ?? {};
  const certificate = tls === undefined || tls === null ? [] : [tls.certificate, tls.key];
  const users = config.usersFile.path;
  const files = [users, ...certificate].filter((file) => file !== undefined);
  /** Whether the accounts of the last news are set: passwords are not hashed again every second. */
  let areAccountsSet = false;
  /** What was told of the last news. */
  let told: string | null = null;
  const fail = (sentence: string): false => {
    if (sentence !== told) log.error(sentence);
    told = sentence;
    return false;
  };
  return watchFiles(files, since, async (isAgain) => {
    if (!isAgain) [areAccountsSet, told] = [false, null];
    const again = await readConfig(configFile, true);
    if (again.kind === "refused") return fail(`everything stays as it was: ${again.sentence}`);
    const { users: known = {}, tokens = {} } = again.options.http ?? {};
    const why = [
      areAccountsSet ? null : faultOf(() => host.setAccounts({ users: known, tokens })),
      faultOf(() => host.renewCertificate()),
    ];
    areAccountsSet ||= why[0] === null;
    const faults = why.filter((fault) => fault !== null);
    if (faults.length > 0) return fail(`not all could be read again: ${faults.join("; ")}`);
    const [count, programs] = [Object.keys(known).length, Object.keys(tokens).length];
    log.info(`read again: ${count} users, ${programs} tokens, ${certificate.length} certificates`);
    if (count + programs === 0) log.warn("there is no user and no token");
    return true;
  });
}

/** Why it cannot be done; null: it is done. */
function faultOf(act: () => void): string | null {
  try {
    act();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
