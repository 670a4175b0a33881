import type { FastifyInstance } from "fastify";
import type { Jobs } from "../ports/jobs.ts";
import { isEngineError, refusal } from "./error-body.ts";
import { readFilter } from "./job-filter.ts";
import { queryOf } from "./request-path.ts";
import { jsonBytes, refuse, resource } from "./resource.ts";

/** So many jobs are changed before others have their turn, and share a commit. */
const chunkSize = 256;

/** Why a job that was meant was not changed. */
interface Refused {
  readonly Code: string;
  readonly ID: string;
  readonly Message: string;
}

/** Registers `POST /jobs/{action}?filter`, which does to many jobs what it does to one. */
export function registerBulk(
  app: FastifyInstance,
  jobs: Jobs,
  actions: Readonly<Record<string, (id: string) => Promise<void>>>,
): void {
  for (const [name, act] of Object.entries(actions)) {
    resource(app, `/jobs/${name}`, {
      POST: async (request, reply) => {
        const filter = readFilter(queryOf(request.url));
        if (filter.kind === "invalid") {
          return refuse(request, reply, {
            ...refusal("INVALID_ARGUMENT", filter.sentence),
            orthanc: 8,
          });
        }
        const ids = jobs
          .jobs()
          .filter((job) => filter.matches(job))
          .map(({ id }) => id);
        const answer = await actOnAll(ids, act);
        return reply
          .header("content-type", "application/json; charset=utf-8")
          .send(jsonBytes(answer));
      },
    });
  }
}

/** Each for itself: one that is refused keeps no other back. */
async function actOnAll(
  ids: readonly string[],
  act: (id: string) => Promise<void>,
): Promise<{ readonly Changed: readonly string[]; readonly Refused: readonly Refused[] }> {
  const changed: string[] = [];
  const refused: Refused[] = [];
  const actOn = async (id: string): Promise<void> => {
    try {
      await act(id);
      changed.push(id);
    } catch (error) {
      if (!isEngineError(error)) throw error;
      refused.push({ Code: error.code, ID: id, Message: error.message });
    }
  };
  for (let from = 0; from < ids.length; from += chunkSize) {
    // oxlint-disable-next-line no-await-in-loop -- so that others have their turn in between
    await Promise.all(ids.slice(from, from + chunkSize).map(actOn));
  }
  return { Changed: changed, Refused: refused };
}
