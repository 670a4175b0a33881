import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Clock } from "../../ports/clock.ts";
import type { Jobs } from "../../ports/jobs.ts";
import { endpoint } from "../endpoint.ts";
import { refusal, type Refusal } from "../error-body.ts";
import { jobObject, type DescribeError, type JobObject } from "../orthanc.ts";
import type { OnError } from "../plugin-routes.ts";
import { shorten } from "../request-path.ts";
import { param, refuse, resource } from "../resource.ts";
import { Feed } from "./feed.ts";
import { feedFilter } from "./feed-filter.ts";
import { ofAllJobs, ofOneJob } from "./operations.ts";
import { jobOrNull } from "./frames.ts";
import { JobWatches } from "./job-watch.ts";
import { hasConnection, lastEventId, sendHead, Streams } from "./stream.ts";
import type { Tap } from "./tap.ts";
import type { JobInfo } from "../../ports/job.ts";

export interface EventSources {
  readonly jobs: Jobs;
  readonly tap: Tap;
  readonly describe: DescribeError;
  readonly onError: OnError;
  readonly clock: Clock;
}

/** Registers `GET /events` and `GET /jobs/{id}/events`: what happens, as it happens. */
export function registerEvents(app: FastifyInstance, sources: EventSources): void {
  const { jobs, tap, describe, onError, clock } = sources;
  const show = (job: JobInfo, now: number): JobObject => jobObject(job, now, describe);
  const streams = new Streams(clock);
  const feed = new Feed({ jobs, tap, show, clock, onError });
  const watches = new JobWatches({ ...sources, show });
  // Before the server waits for the answers that are on their way.
  app.addHook("preClose", async () => {
    streams.close();
    feed.close();
    watches.close();
  });
  resource(app, "/events", {
    GET: endpoint(ofAllJobs, async (request, reply, { query }) => {
      const why = answeredOtherwise(request, reply);
      if (why !== null) return why;
      const lastId = lastEventId(request);
      streams.begin(reply, (stream) => feed.join(stream, feedFilter(query), lastId));
      return reply;
    }),
  });
  resource(app, "/jobs/:id/events", {
    GET: endpoint(ofOneJob, async (request, reply) => {
      const job = jobOrNull(jobs, param(request, "id"));
      if (job === null) return refuse(request, reply, unknownJob(param(request, "id")));
      const why = answeredOtherwise(request, reply);
      if (why !== null) return why;
      const lastId = lastEventId(request);
      streams.begin(reply, (stream) => watches.join(job.id, stream, lastId));
      return reply;
    }),
  });
}

/** Null: the answer is a stream. */
function answeredOtherwise(request: FastifyRequest, reply: FastifyReply): FastifyReply | null {
  if (request.method === "HEAD") return sendHead(reply);
  return hasConnection(request) ? null : refuse(request, reply, noConnection);
}

const noConnection: Refusal = refusal(
  "UNSUPPORTED",
  "Events are sent over a connection, until it ends; a plugin of this host subscribes instead.",
);

const unknownJob = (id: string): Refusal =>
  refusal("NOT_FOUND", `No job found with this id: ${shorten(id)}. It may have left the history.`);
