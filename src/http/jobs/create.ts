import type { FastifyReply, FastifyRequest } from "fastify";
import type { Jobs } from "../../ports/jobs.ts";
import { insideAddress } from "../doors/doors.ts";
import { isEngineError, refusal, type Refusal } from "../error-body.ts";
import { isCreating, withoutDeadlock, type AnswerWithJob } from "./answer.ts";
import { wishEndpoint, type Wanted } from "./wish.ts";
import type { Endpoint } from "../operation.ts";
import { readablePath } from "../request-path.ts";
import { refuse } from "../resource.ts";

export interface CreateJobParts {
  readonly jobs: Pick<Jobs, "createJobFrom">;
  readonly answerJob: AnswerWithJob;
  /** How long a request waits for room if too many jobs wait already; milliseconds. */
  readonly submitWaitMs: number;
}

/** POST /jobs: makes a job of a type and content, and answers with its id or its end. */
export function createJob(parts: CreateJobParts): Endpoint {
  return wishEndpoint(async (request, reply, wanted) => {
    const gone = new AbortController();
    const leave = (): void => gone.abort();
    reply.raw.once("close", leave);
    // It may have gone already: then nothing says so any more.
    if (reply.raw.destroyed) leave();
    try {
      return await submit(parts, { request, reply, gone: gone.signal }, wanted);
    } catch (error) {
      // Nobody hears an answer.
      if (gone.signal.aborted) return reply.send();
      throw error;
    } finally {
      reply.raw.off("close", leave);
    }
  });
}

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Aborted when the client goes away. */
  readonly gone: AbortSignal;
}

async function submit(
  { jobs, answerJob, submitWaitMs }: CreateJobParts,
  { request, reply, gone }: Exchange,
  { wish, options, wait, timeoutMs }: Wanted,
): Promise<FastifyReply> {
  if (isCreating(request)) return refuse(request, reply, refusal("WRONG_THREAD", ofCreator));
  // Who asks from inside may hold what the room would come from.
  const noWait = request.socket.remoteAddress === insideAddress;
  const how = { ...options, noWait, signal: gone, awaited: wait };
  let id: string;
  try {
    id = await jobs.createJobFrom(wish, how, submitWaitMs);
  } catch (error) {
    const isFull = isEngineError(error) && error.code === "QUEUE_FULL";
    if (!isFull) throw error;
    return refuse(request, reply, noRoom(noWait ? 0 : submitWaitMs));
  }
  const asked = { method: request.method, uri: readablePath(request.url) };
  const answer = withoutDeadlock(request, { id, wait, timeoutMs });
  const { status, body } = await answerJob(asked, answer, gone);
  return reply.code(status).header("content-type", "application/json; charset=utf-8").send(body);
}

const ofCreator =
  "What makes a job from content (create) cannot have another one made: it might wait for itself.";

function noRoom(waitedMs: number): Refusal {
  const since = waitedMs === 0 ? "there is no room" : `in ${waitedMs / 1000} s there was no room`;
  const details = `Too many jobs wait already; ${since} for another one. Nothing was done: try again later.`;
  return refusal("QUEUE_FULL", details);
}
