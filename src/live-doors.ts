import { JobEngineError } from "./core/errors.ts";
import type { Doors } from "./http/doors/doors.ts";
import type { AccountOptions } from "./http/doors/live-accounts.ts";
import type { HttpServer } from "./http/server.ts";

/** What of a host's doors may change while it runs. */
export interface LiveDoors {
  /**
   * These users and tokens instead of all there were, from the next request on. Streams of events of
   * whoever may not have them any more end. Once everybody is asked who they are, that stays so, also if
   * nobody is left. @throws {JobEngineError} CONFIG_INVALID: nothing has changed; UNSUPPORTED: no server
   */
  setAccounts(accounts: AccountOptions): void;
  /**
   * Reads the files of the certificate again; connections that are there keep the old one. Without TLS
   * it does nothing. @throws {JobEngineError} as setAccounts
   */
  renewCertificate(): void;
}

/** `server`: null while there is none. */
export function liveDoors(doors: Doors | null, server: () => HttpServer | null): LiveDoors {
  const known = (): Doors => {
    if (doors !== null) return doors;
    throw new JobEngineError("UNSUPPORTED", "this host serves no REST interface (http)");
  };
  return {
    setAccounts: (accounts) => known().accounts.set(accounts),
    renewCertificate() {
      const { tls } = known();
      if (tls !== null) server()?.renew(tls.files);
    },
  };
}
