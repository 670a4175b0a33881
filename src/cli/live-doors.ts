import type { Logger } from "pino";
import type { Host } from "../index.ts";
import { readConfig, type Config } from "./config.ts";
import { watchFiles } from "./live-files.ts";

/**
 * Has the host know of users, tokens and certificates as their files change, and at SIGHUP. What cannot
 * be used is a line in the log, and everything stays as it was. The answer ends it.
 */
export function followFiles(
  host: Host,
  config: Extract<Config, { readonly kind: "read" }>,
  {
    configFile,
    since,
    log,
  }: {
    readonly configFile: string | null;
    /** When the configuration was read; epoch milliseconds. */
    readonly since: number;
    readonly log: Logger;
  },
): () => void {
  const { tls } = config.options.http ?? {};
  const certificate = tls === undefined || tls === null ? [] : [tls.certificate, tls.key];
  const users = config.usersFile.path;
  const files = [users, ...certificate].filter((file) => file !== undefined);
  return watchFiles(files, since, async () => {
    const again = await readConfig(configFile, true);
    if (again.kind === "refused") return log.error(`everything stays as it was: ${again.sentence}`);
    const { users: known = {}, tokens = {} } = again.options.http ?? {};
    try {
      host.setAccounts({ users: known, tokens });
      host.renewCertificate();
      const [count, programs] = [Object.keys(known).length, Object.keys(tokens).length];
      log.info(
        `read again: ${count} users, ${programs} tokens, ${certificate.length} certificates`,
      );
      if (count + programs === 0) log.warn("there is no user and no token");
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      log.error(`not all could be read again: ${why}`);
    }
  });
}
