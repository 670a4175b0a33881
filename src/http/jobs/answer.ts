import type { FastifyRequest } from "fastify";
import type { JobInfo } from "../../ports/job.ts";
import type { Jobs } from "../../ports/jobs.ts";
import type { JobAnswer } from "../../ports/plugin.ts";
import type { RestAnswer } from "../../ports/rest.ts";
import { callerHeader } from "../doors/doors.ts";
import { bodyOf, isEngineError } from "../error-body.ts";
import { numberOfFailure, statusOfFailure } from "../orthanc-errors.ts";
import { jobObject, type DescribeError } from "../orthanc.ts";
import { jsonBytes } from "../resource.ts";

/** What was asked, for an error body: the path without the query. */
interface Asked {
  readonly method: string;
  readonly uri: string;
}

/**
 * What a caller whose request made a job is answered, as JSON: the job's id; or, when it has ended, its
 * content, or why it failed. @throws {JobEngineError} NOT_FOUND; or `signal.reason`: the client is
 * gone, and the job goes on
 */
export type AnswerWithJob = (
  asked: Asked,
  answer: JobAnswer,
  signal: AbortSignal,
) => Promise<RestAnswer>;

export function answerWithJob(jobs: Pick<Jobs, "waitJob">, describe: DescribeError): AnswerWithJob {
  return async (asked, { id, wait, timeoutMs }, signal) => {
    if (!wait) return idOf(id, 200);
    const job = await ended(jobs, id, { signal, ...(timeoutMs !== null && { timeoutMs }) });
    if (job === null) return idOf(id, 202);
    return job.error === null
      ? { status: 200, body: jsonBytes(job.content) }
      : failureOf(asked, job, describe);
  };
}

/**
 * The same answer, but one that waits for no job if the request comes out of a job's callback, which may
 * hold the slot that the other needs, or out of a creator.
 */
export function withoutDeadlock(request: FastifyRequest, answer: JobAnswer): JobAnswer {
  const isInside = isCreating(request) || request.headers[callerHeader] === "job";
  return isInside ? { ...answer, timeoutMs: 0 } : answer;
}

/** Whether the request comes out of a native creator, which holds one of the threads that make jobs. */
export const isCreating = ({ headers }: FastifyRequest): boolean =>
  headers[callerHeader] === "create";

/** Where the job is found, in Orthanc's words. */
function idOf(id: string, status: 200 | 202): RestAnswer {
  return { status, body: jsonBytes({ ID: id, Path: `/jobs/${id}` }) };
}

/** Null: it has not ended within the time, or before the host closes; who knows its id asks later. */
async function ended(
  jobs: Pick<Jobs, "waitJob">,
  id: string,
  options: Parameters<Jobs["waitJob"]>[1],
): Promise<JobInfo | null> {
  try {
    return await jobs.waitJob(id, options);
  } catch (error) {
    if (isEngineError(error) && (error.code === "TIMED_OUT" || error.code === "CLOSING"))
      return null;
    throw error;
  }
}

function failureOf({ method, uri }: Asked, job: JobInfo, describe: DescribeError): RestAnswer {
  const { BatonError: failure, ErrorDetails: details } = jobObject(job, job.changedAt, describe);
  const orthanc = numberOfFailure(job.error?.code ?? "");
  const status = statusOfFailure(orthanc);
  const baton = { ...failure, Job: job.id };
  return { status, body: Buffer.from(bodyOf(method, uri, { status, orthanc, details, baton })) };
}
