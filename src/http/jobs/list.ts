import { Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import type { FastifyInstance, FastifyReply } from "fastify";
import { Type, type Static } from "typebox";
import type { JobInfo } from "../../ports/job.ts";
import type { Jobs } from "../../ports/jobs.ts";
import { endpoint } from "../endpoint.ts";
import { refusal, type Refusal } from "../error-body.ts";
import { limitIdleness } from "../idle-limit.ts";
import { filterParameters, matcherOf } from "./filter.ts";
import { orderOf, orderSchema } from "./order.ts";
import type { JobTexts } from "./texts.ts";
import type { Operation } from "../operation.ts";
import { quote } from "../request-path.ts";
import { refuse, resource, sendJson, type Also } from "../resource.ts";
import { json } from "../schemas/answered.ts";
import { idSchema, jobSchema } from "../schemas/job.ts";
import { refusals } from "../schemas/refusal.ts";

/** So many jobs are written before others have their turn. */
const perTurn = 500;

/** A page has at most so many jobs. */
const longestPage = 100_000;

const query = Type.Object({
  expand: Type.Optional(Type.Boolean({ description: "The jobs themselves instead of their ids." })),
  ...filterParameters,
  order: Type.Optional(orderSchema),
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: longestPage, description: "At most so many." }),
  ),
  since: Type.Optional(
    Type.String({ description: "`X-Next` of the page before: go on after it, in the same order." }),
  ),
});

const operation: Operation<typeof query> = {
  summary: "Jobs",
  description:
    "All of them in the order of submission, unless the query says otherwise. A job that is there all the time, and is not resubmitted, comes exactly once when one goes from page to page in the order `submitted`; in the others it may move in between.",
  scope: "read",
  query,
  responses: {
    200: json(
      "Their ids; with `expand` the jobs themselves.",
      Type.Union([Type.Array(idSchema), Type.Array(jobSchema)]),
      {
        "x-total": Type.Integer({ description: "How many there are, on all pages." }),
        "x-next": Type.Optional(
          Type.String({ description: "`since` of the next page, if there is one." }),
        ),
      },
    ),
    ...refusals({ 400: "A parameter is not what it must be." }),
  },
};

export interface ListParts {
  readonly jobs: Jobs;
  readonly texts: JobTexts;
  readonly also: Also;
  /** A client that takes nothing of a long list for so long is disconnected; milliseconds. */
  readonly idleMs: number;
}

/** Registers GET /jobs, and with it the other methods of that path. */
export function registerList(app: FastifyInstance, { jobs, texts, also, idleMs }: ListParts): void {
  resource(app, "/jobs", {
    ...also,
    GET: endpoint(operation, (request, reply, given) => {
      if (isAboutAllIds(given.query)) {
        // What is known of many jobs is much, and nobody asks for it.
        const ids = jobs.jobIds();
        return sendJson(reply.header("x-total", ids.length), ids);
      }
      const page = pageOf(jobs, given.query);
      if (page.kind === "refused") return refuse(request, reply, page.why);
      void reply.header("x-total", page.total);
      if (page.next !== null) void reply.header("x-next", page.next);
      if (given.query.expand === true) return sendJobs(reply, { texts, idleMs }, page.jobs);
      return sendJson(
        reply,
        page.jobs.map(({ id }) => id),
      );
    }),
  });
}

/** As Orthanc's clients ask: each parameter of ours is left out. */
function isAboutAllIds({ expand = false, ...ours }: Static<typeof query>): boolean {
  return !expand && Object.keys(ours).length === 0;
}

type Page =
  | {
      readonly kind: "page";
      readonly jobs: readonly JobInfo[];
      readonly total: number;
      readonly next: string | null;
    }
  | { readonly kind: "refused"; readonly why: Refusal };

function pageOf(all: Jobs, wanted: Static<typeof query>): Page {
  const { order: name = "submitted", since, limit = Number.POSITIVE_INFINITY } = wanted;
  const matches = matcherOf(wanted);
  const order = orderOf(name);
  const found = all.jobs();
  const sorted = order.sorted(matches === null ? found : found.filter(matches));
  const rest = since === undefined ? sorted : order.after(sorted, since);
  if (rest === null) {
    const details = `The value ${quote(since ?? "")} of "since" is no X-Next of the order "${name}".`;
    return { kind: "refused", why: { ...refusal("INVALID_ARGUMENT", details), orthanc: 8 } };
  }
  const jobs = rest.length > limit ? rest.slice(0, limit) : rest;
  const last = jobs.at(-1);
  const next = last === undefined || jobs.length === rest.length ? null : order.cursorAfter(last);
  return { kind: "page", jobs, total: sorted.length, next };
}

function sendJobs(
  reply: FastifyReply,
  { texts, idleMs }: Pick<ListParts, "texts" | "idleMs">,
  jobs: readonly JobInfo[],
): FastifyReply {
  void reply.header("content-type", "application/json; charset=utf-8");
  const pieces = texts.list(jobs, Date.now(), perTurn);
  if (jobs.length <= perTurn) return reply.send(Buffer.concat([...pieces]));
  limitIdleness(reply, idleMs);
  return reply.send(Readable.from(inTurns(pieces)));
}

async function* inTurns(pieces: Iterable<Buffer>): AsyncGenerator<Buffer> {
  for (const piece of pieces) {
    yield piece;
    await setImmediate();
  }
}
