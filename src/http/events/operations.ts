import { Type, type TObject } from "typebox";
import { filterParameters, type FilterParameters } from "../jobs/filter.ts";
import type { Operation } from "../operation.ts";
import type { Answered } from "../schemas/answered.ts";
import { refusals } from "../schemas/refusal.ts";

const query: TObject<FilterParameters> = Type.Object(filterParameters, {
  additionalProperties: false,
});

const headers = Type.Object({
  "Last-Event-ID": Type.Optional(
    Type.String({ description: "The last id of the stream that broke off: go on after it." }),
  ),
});

const stream = (description: string): Answered => ({
  description,
  content: { "text/event-stream": Type.String() },
});

/** `GET /events`. */
export const ofAllJobs: Operation<TObject<FilterParameters>> = {
  summary: "What happens to jobs, as it happens",
  description:
    "Server-sent events. `jobs`: `Jobs` that have changed, each in its last state, ids that are `Gone`, and " +
    "`Totals` by state; the first has only the totals: list the jobs after it. `reset`: what happened since " +
    "`Last-Event-ID` is not known any more; list the jobs again. At most four frames a second.",
  scope: "read",
  query,
  headers,
  responses: {
    200: stream("Until the client or the host goes."),
    ...refusals({
      400: "There is no such filter.",
      501: "The request came from inside of the host, which would wait for the end.",
    }),
  },
};

/** `GET /jobs/{id}/events`. */
export const ofOneJob: Operation = {
  summary: "What happens to a job, as it happens",
  description:
    "Server-sent events. `job`: the job; `progress`: the tree of its parts; `log`: a line of its log; `gone`: " +
    "it is deleted, or has left the history; `reset`: the log begins anew. At most 25 times a second.",
  scope: "read",
  headers,
  responses: {
    200: stream("Until the job is gone, or the client or the host goes."),
    ...refusals({
      404: "There is no such job.",
      501: "The request came from inside of the host, which would wait for the end.",
    }),
  },
};
