import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { JobInfo } from "../ports/job.ts";
import type { Jobs } from "../ports/jobs.ts";
import { registerBulk } from "./bulk.ts";
import { isEngineError, refusal, type Refusal } from "./error-body.ts";
import { jobObject, logObject, type DescribeError, type JobObject } from "./orthanc.ts";
import { queryOf, quote, shorten } from "./request-path.ts";
import { deleteOutput, sendOutput } from "./outputs.ts";
import { jsonBytes, param, refuse, resource, type Handler } from "./resource.ts";

/** Registers Orthanc's /jobs. */
export function registerJobs(app: FastifyInstance, jobs: Jobs, describe: DescribeError): void {
  const show: Show = (job, now) => jobObject(job, now, describe);
  resource(app, "/jobs", {
    GET: async (request, reply) => listJobs(jobs, show, { request, reply }),
  });
  resource(app, "/jobs/:id", {
    GET: async (request, reply) => {
      try {
        return sendJson(reply, show(jobs.jobInfo(param(request, "id")), Date.now()));
      } catch (error) {
        return refuse(request, reply, refusedAs("NOT_FOUND", error, request));
      }
    },
    DELETE: async (request, reply) => {
      try {
        await jobs.deleteJob(param(request, "id"));
        return reply.header("content-type", "text/plain").send(Buffer.alloc(0));
      } catch (error) {
        return refuse(request, reply, refusedAs("NOT_FOUND", error, request));
      }
    },
  });
  resource(app, "/jobs/:id/logs", { GET: async (...exchange) => sendLogs(jobs, ...exchange) });
  const actions = {
    cancel: (id) => jobs.cancelJob(id),
    pause: (id) => jobs.pauseJob(id),
    resume: (id) => jobs.resumeJob(id),
    resubmit: (id) => jobs.resubmitJob(id),
  } satisfies Record<string, (id: string) => Promise<void>>;
  for (const [name, act] of Object.entries(actions)) {
    resource(app, `/jobs/:id/${name}`, { ...noOutput(name), POST: action(act) });
  }
  registerBulk(app, jobs, actions);
  resource(app, "/jobs/:id/:key", {
    GET: async (...exchange) => sendOutput(jobs, ...exchange),
    DELETE: async (...exchange) => deleteOutput(jobs, ...exchange),
  });
}

type Show = (job: JobInfo, now: number) => JobObject;

/** The lines of a job, oldest first; `?since=<Number>`: only those after it. */
function sendLogs(jobs: Jobs, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const since = queryOf(request.url).get("since") ?? "0";
  if (!/^\d{1,15}$/.test(since)) {
    const details = `The value ${quote(since)} of "since" is not the Number of a line.`;
    return refuse(request, reply, refusal("INVALID_ARGUMENT", details));
  }
  try {
    return sendJson(reply, jobs.jobLogs(param(request, "id"), Number(since)).map(logObject));
  } catch (error) {
    return refuse(request, reply, refusedAs("NOT_FOUND", error, request));
  }
}

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

function listJobs(jobs: Jobs, show: Show, { request, reply }: Exchange): FastifyReply {
  const expand = queryOf(request.url).get("expand");
  const isExpanded = expand === null ? false : readFlag(expand);
  if (isExpanded === null) {
    const details = `The value ${quote(expand ?? "")} of "expand" is unknown; use true or false.`;
    return refuse(request, reply, { ...refusal("INVALID_ARGUMENT", details), orthanc: 8 });
  }
  if (!isExpanded) return sendJson(reply, jobs.jobIds());
  const now = Date.now();
  return sendJson(
    reply,
    jobs.jobs().map((job) => show(job, now)),
  );
}

/** Orthanc's forms: `?expand`, `?expand=`, 1, true; 0, false. Null: none of them. */
function readFlag(text: string): boolean | null {
  switch (text.toLowerCase()) {
    case "":
    case "1":
    case "true":
      return true;
    case "0":
    case "false":
      return false;
    default:
      return null;
  }
}

/** The body of the request is ignored, as Orthanc does. */
function action(act: (id: string) => Promise<void>): Handler {
  return async (request, reply) => {
    try {
      await act(param(request, "id"));
    } catch (error) {
      return refuse(request, reply, refusedAs("WRONG_STATE", error, request));
    }
    return reply.header("content-type", "application/json").send(Buffer.from("{}"));
  };
}

/** No output has the name of an action, but its path exists: Orthanc answers the same. */
function noOutput(name: string): Record<"GET" | "DELETE", Handler> {
  const details = `Job has no such output: ${name}. To ${name} the job, use POST.`;
  const answer: Handler = async (request, reply) =>
    refuse(request, reply, refusal("NOT_FOUND", details));
  return { GET: answer, DELETE: answer };
}

/** What Orthanc answers alike, a job that is unknown or in another state, ours explains. */
function refusedAs(
  like: "NOT_FOUND" | "WRONG_STATE",
  error: unknown,
  request: FastifyRequest,
): Refusal {
  if (!isEngineError(error)) throw error;
  const { code } = error;
  if (code === "WRONG_STATE") return { ...refusal(like, error.message), code };
  if (code !== "NOT_FOUND" && code !== "INVALID_ARGUMENT") throw error;
  const id = shorten(param(request, "id"));
  const details = `No job found with this id: ${id}. It may have left the history.`;
  return { ...refusal(like, details), code: "NOT_FOUND" };
}

function sendJson(reply: FastifyReply, value: unknown): FastifyReply {
  return reply.header("content-type", "application/json; charset=utf-8").send(jsonBytes(value));
}
