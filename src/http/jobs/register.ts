import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { Jobs } from "../../ports/jobs.ts";
import { registerActions } from "./actions.ts";
import { createJob } from "./create.ts";
import { endpoint } from "../endpoint.ts";
import type { AnswerWithJob } from "./answer.ts";
import { refusedAs } from "./refusal.ts";
import { JobTexts } from "./texts.ts";
import { registerList } from "./list.ts";
import { logObject, type DescribeError } from "../orthanc.ts";
import { registerPriority } from "./priority.ts";
import { registerProgress } from "./progress.ts";
import { param, refuse, resource, sendJson } from "../resource.ts";
import { empty, json } from "../schemas/answered.ts";
import { jobSchema, logSchema } from "../schemas/job.ts";
import { refusals } from "../schemas/refusal.ts";

export interface JobsParts {
  readonly jobs: Jobs;
  readonly describe: DescribeError;
  readonly answerJob: AnswerWithJob;
  /** How long a request that makes a job waits for room; milliseconds. */
  readonly submitWaitMs: number;
  /** A client that takes nothing of an answer for so long is disconnected; milliseconds. */
  readonly idleMs: number;
}

/** Registers Orthanc's /jobs. */
export function registerJobs(
  app: FastifyInstance,
  { jobs, describe, answerJob, submitWaitMs, idleMs }: JobsParts,
): void {
  const texts = new JobTexts(describe);
  const also = { POST: createJob({ jobs, answerJob, submitWaitMs }) };
  registerList(app, { jobs, texts, also, idleMs });
  registerJob(app, jobs, texts);
  registerLogs(app, jobs);
  registerPriority(app, jobs);
  registerProgress(app, jobs);
  registerActions(app, jobs);
}

function registerJob(app: FastifyInstance, jobs: Jobs, texts: JobTexts): void {
  resource(app, "/jobs/:id", {
    GET: endpoint(
      {
        summary: "A job",
        scope: "read",
        responses: {
          200: json("The job.", jobSchema),
          ...refusals({ 404: "There is no such job." }),
        },
      },
      (request, reply) => {
        try {
          return sendJson(reply, texts.object(jobs.jobInfo(param(request, "id")), Date.now()));
        } catch (error) {
          return refuse(request, reply, refusedAs("NOT_FOUND", error, request));
        }
      },
    ),
    DELETE: endpoint(
      {
        summary: "Forget a finished job, its log and its outputs",
        scope: "operate",
        responses: {
          200: empty("It is forgotten."),
          ...refusals({ 404: "There is no such job, or it is not finished." }),
        },
      },
      async (request, reply) => {
        try {
          await jobs.deleteJob(param(request, "id"));
          return reply.header("content-type", "text/plain").send(Buffer.alloc(0));
        } catch (error) {
          return refuse(request, reply, refusedAs("NOT_FOUND", error, request));
        }
      },
    ),
  });
}

const logsQuery = Type.Object({
  since: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 999_999_999_999_999,
      description: "The `Number` of a line: only those after it.",
    }),
  ),
});

function registerLogs(app: FastifyInstance, jobs: Jobs): void {
  const sendLogs = (request: FastifyRequest, reply: FastifyReply, since: number): FastifyReply => {
    try {
      return sendJson(reply, jobs.jobLogs(param(request, "id"), since).map(logObject));
    } catch (error) {
      return refuse(request, reply, refusedAs("NOT_FOUND", error, request));
    }
  };
  resource(app, "/jobs/:id/logs", {
    GET: endpoint(
      {
        summary: "What a job has logged, oldest first",
        scope: "read",
        query: logsQuery,
        responses: {
          200: json("The lines, as far as they are kept.", Type.Array(logSchema)),
          ...refusals({ 400: "`since` is no `Number`.", 404: "There is no such job." }),
        },
      },
      (request, reply, { query }) => sendLogs(request, reply, query.since ?? 0),
    ),
  });
}
