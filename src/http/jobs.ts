import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { JobInfo } from "../ports/job.ts";
import type { Jobs } from "../ports/jobs.ts";
import { registerActions } from "./actions.ts";
import { endpoint } from "./endpoint.ts";
import { refusedAs } from "./job-refusal.ts";
import { jobObject, logObject, type DescribeError, type JobObject } from "./orthanc.ts";
import { registerOutputs } from "./outputs.ts";
import { registerProgress } from "./progress.ts";
import { param, refuse, resource, sendJson } from "./resource.ts";
import { empty, json } from "./schemas/answered.ts";
import { idSchema, jobSchema, logSchema } from "./schemas/job.ts";
import { refusals } from "./schemas/refusal.ts";

/** Registers Orthanc's /jobs. */
export function registerJobs(app: FastifyInstance, jobs: Jobs, describe: DescribeError): void {
  const show: Show = (job, now) => jobObject(job, now, describe);
  registerList(app, jobs, show);
  registerJob(app, jobs, show);
  registerLogs(app, jobs);
  registerProgress(app, jobs);
  registerActions(app, jobs);
  registerOutputs(app, jobs);
}

type Show = (job: JobInfo, now: number) => JobObject;

const listQuery = Type.Object({
  expand: Type.Optional(Type.Boolean({ description: "The jobs themselves instead of their ids." })),
});

function registerList(app: FastifyInstance, jobs: Jobs, show: Show): void {
  resource(app, "/jobs", {
    GET: endpoint(
      {
        summary: "All jobs, in the order of submission",
        scope: "read",
        query: listQuery,
        responses: {
          200: json(
            "Their ids; with `expand` the jobs themselves.",
            Type.Union([Type.Array(idSchema), Type.Array(jobSchema)]),
          ),
          ...refusals({ 400: "`expand` is neither true nor false." }),
        },
      },
      (_request, reply, { query }) => {
        if (query.expand !== true) return sendJson(reply, jobs.jobIds());
        const now = Date.now();
        return sendJson(
          reply,
          jobs.jobs().map((job) => show(job, now)),
        );
      },
    ),
  });
}

function registerJob(app: FastifyInstance, jobs: Jobs, show: Show): void {
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
          return sendJson(reply, show(jobs.jobInfo(param(request, "id")), Date.now()));
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
