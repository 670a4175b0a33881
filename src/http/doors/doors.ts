import type { FastifyInstance, FastifyRequest } from "fastify";
import { refuse } from "../resource.ts";
import { foreignness } from "./own-site.ts";

/** What decides who is let in. */
export interface Doors {
  /** Names, in lower case, by which the host may be asked for besides its addresses and localhost. */
  readonly allowedHosts: readonly string[];
}

/** For those on this machine alone. */
export const closedDoors: Doors = { allowedHosts: [] };

/**
 * Said to be the address of requests that come from inside of this process, which are trusted. No
 * connection has it: theirs are IP addresses.
 */
export const insideAddress = "in-process";

/** Has every request, whatever its path, pass the doors before anything else looks at it. */
export function hangDoors(app: FastifyInstance, doors: Doors): void {
  app.addHook("onRequest", (request, reply, done) => {
    const why = isFromInside(request) ? null : foreignness(request, doors.allowedHosts);
    if (why === null) done();
    else refuse(request, reply, why);
  });
}

function isFromInside({ socket }: FastifyRequest): boolean {
  return socket.remoteAddress === insideAddress;
}
