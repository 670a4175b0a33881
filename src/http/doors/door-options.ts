import { JobEngineError } from "../../core/errors.ts";
import type { Doors } from "./doors.ts";
import { isLoopback } from "./loopback.ts";

/** Who may use the REST interface, and from where. */
export interface DoorOptions {
  /**
   * Names, with or without a port, by which browsers may ask for the host besides its addresses and
   * `localhost`: those of a proxy before it, say. Default: none.
   */
  readonly allowedHosts?: readonly string[];
}

/** Applies the defaults. @throws {JobEngineError} CONFIG_INVALID */
export function completeDoors(options: DoorOptions, address: string): Doors {
  for (const name of Object.keys(options)) {
    if (!known.has(name)) throw invalid(`there is no option "${name}" of http`);
  }
  const { allowedHosts = [] } = options;
  if (!isLoopback(address)) {
    const detail = `the address ${address} is one that other machines reach; only 127.0.0.1, ::1 and localhost can be served`;
    throw invalid(detail);
  }
  return { allowedHosts: allowedHosts.map(hostName) };
}

const known: ReadonlySet<string> = new Set(["allowedHosts"] satisfies (keyof DoorOptions)[]);

/** As it is compared: in lower case. */
function hostName(name: unknown): string {
  const isName = typeof name === "string" && /^[\w.-]+(:\d{1,5})?$/.test(name);
  if (isName) return name.toLowerCase();
  throw invalid(`allowedHosts has ${String(name)}; a name, with or without a port, is needed`);
}

const invalid = (detail: string): JobEngineError => new JobEngineError("CONFIG_INVALID", detail);
