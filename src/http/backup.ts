import { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { Backup, Backups } from "../ports/backups.ts";
import { endpoint } from "./endpoint.ts";
import { isEngineError, refusal, type Refusal } from "./error-body.ts";
import { limitIdleness } from "./idle-limit.ts";
import type { Operation } from "./operation.ts";
import { reasonOf, type OnError } from "./plugin-routes.ts";
import { refuse, resource } from "./resource.ts";
import { binary } from "./schemas/answered.ts";
import { refusals } from "./schemas/refusal.ts";

/**
 * Names the database that is wanted, percent-encoded, or is `*`. A page of another site cannot send
 * it without asking first (CORS), and nobody here answers such a question with yes.
 */
const databaseHeader = "x-baton-database";

export interface BackupParts {
  /** Null: jobs are in memory. */
  readonly backups: Backups | null;
  readonly onError: OnError;
  /** See limitIdleness. */
  readonly idleMs: number;
}

/**
 * Registers POST /tools/backup: a copy of the database and of outputs as the body.
 * The host writes nowhere on behalf of a request; whoever asks decides where the copy goes.
 */
export function registerBackup(
  app: FastifyInstance,
  { backups, onError, idleMs }: BackupParts,
): void {
  resource(app, "/tools/backup", {
    POST: endpoint(operation, async (request, reply) => {
      if (backups === null) return refuse(request, reply, nothingSaved);
      const why = problem(request, backups);
      if (why !== null) return refuse(request, reply, why);
      try {
        return send(reply, await backups.backUp(), idleMs);
      } catch (error) {
        const told = refusedAs(error);
        if (told.code === "STORE_FAILED") onError(`the backup failed: ${reasonOf(error)}`, error);
        return refuse(request, reply, told);
      }
    }),
  });
}

const operation: Operation = {
  summary: "A copy of the database and of the outputs",
  description: "The copy is the body; the host writes nowhere on behalf of a request.",
  scope: "operate",
  headers: Type.Object({
    [databaseHeader]: Type.String({
      description: "The path of the database that is wanted, percent-encoded, or `*`.",
    }),
  }),
  responses: {
    200: binary("A tar archive.", "application/x-tar"),
    ...refusals({
      400: "The header is missing, or the host was addressed by a name.",
      404: "The host keeps its jobs in another database.",
      501: "The host keeps its jobs in memory.",
      503: "Another backup is being made, or the copy failed.",
    }),
  },
};

function send(reply: FastifyReply, backup: Backup, idleMs: number): FastifyReply {
  limitIdleness(reply, idleMs);
  reply.raw.once("close", () => backup.discard());
  // Whoever asked may have left while it was made: then nothing will say so any more.
  if (reply.raw.destroyed) backup.discard();
  void reply.header("content-type", "application/x-tar");
  void reply.header("content-length", backup.size);
  return reply.send(Readable.from(backup.bytes));
}

const nothingSaved = refusal(
  "UNSUPPORTED",
  "This host keeps its jobs in memory; there is no database to copy.",
);

function problem(request: FastifyRequest, { databases }: Backups): Refusal | null {
  const wanted = request.headers[databaseHeader];
  if (typeof wanted !== "string") {
    const details = `Send the header ${databaseHeader} with the database's path, or with *.`;
    return refusal("INVALID_ARGUMENT", details);
  }
  if (wanted === "*" || databases.some((path) => wanted === encodeURIComponent(path))) return null;
  return refusal("NOT_FOUND", "This host keeps its jobs in another database.");
}

function refusedAs(error: unknown): Refusal {
  if (isEngineError(error) && error.code === "BUSY") {
    const told = refusal("BUSY", "Another backup is being made; try again when it is done.");
    return { ...told, status: 503, orthanc: 36 };
  }
  if (isEngineError(error) && error.code === "STORE_FAILED") {
    return refusal("STORE_FAILED", "The copy could not be made; the host's log says why.");
  }
  throw error;
}
