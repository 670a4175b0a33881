import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { errorCodes } from "../../core/errors.ts";
import type { Jobs } from "../../ports/jobs.ts";
import { endpoint } from "../endpoint.ts";
import { isEngineError, refusal, type Refusal } from "../error-body.ts";
import { filterParameters, matcherOf } from "./filter.ts";
import type { Operation } from "../operation.ts";
import { refuse, resource, sendJson } from "../resource.ts";
import { json } from "../schemas/answered.ts";
import { idSchema } from "../schemas/job.ts";
import { refusals } from "../schemas/refusal.ts";

/** So many jobs are changed before others have their turn, and share a commit. */
const chunkSize = 256;

/** Why a job that was meant was not changed. */
interface Refused {
  readonly Code: string;
  readonly ID: string;
  readonly Message: string;
}

const query = Type.Object(filterParameters, { additionalProperties: false });

const answer = Type.Object({
  Changed: Type.Array(idSchema),
  Refused: Type.Array(
    Type.Object({
      Code: Type.Enum(Object.keys(errorCodes)),
      ID: idSchema,
      Message: Type.String(),
    }),
  ),
});

const aboutNothing: Refusal = {
  ...refusal(
    "INVALID_ARGUMENT",
    "This is about no job; say which jobs with ?state=, ?type= or ?key=, each as often as you like.",
  ),
  orthanc: 8,
};

/** Registers `POST /jobs/{action}?filter`, which does to many jobs what it does to one. */
export function registerBulk(
  app: FastifyInstance,
  jobs: Jobs,
  actions: Readonly<Record<string, (id: string) => Promise<void>>>,
): void {
  for (const [name, act] of Object.entries(actions)) {
    resource(app, `/jobs/${name}`, {
      POST: endpoint(operation(name), async (request, reply, given) => {
        const matches = matcherOf(given.query);
        // What was left out by mistake must not be about every job.
        if (matches === null) return refuse(request, reply, aboutNothing);
        const ids = jobs.jobs().filter(matches);
        return sendJson(
          reply,
          await actOnAll(
            ids.map(({ id }) => id),
            act,
          ),
        );
      }),
    });
  }
}

const operation = (name: string): Operation<typeof query> => ({
  summary: `${name[0]?.toUpperCase()}${name.slice(1)} every job that the filter means`,
  description: "Each for itself: one that is refused keeps no other back. The body is ignored.",
  scope: "operate",
  query,
  responses: {
    200: json("What was done to which jobs, and why not to others.", answer),
    ...refusals({
      400: "There is no filter, or one that does not exist.",
      403: "A page of another site may have made this request.",
    }),
  },
});

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
