import type { FastifyReply } from "fastify";

/** How long a client may take nothing of what is sent to it; milliseconds. */
export const defaultIdleMs = 60_000;

/**
 * Ends the connection when nothing of the answer was taken for so long: who stands still keeps a copy
 * or an open file, and, of backups, everybody else's.
 */
export function limitIdleness(reply: FastifyReply, idleMs: number): void {
  reply.raw.setTimeout(idleMs, () => reply.raw.destroy());
}
