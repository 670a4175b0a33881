import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import type { Jobs } from "../../ports/jobs.ts";
import { endpoint } from "../endpoint.ts";
import { isEngineError } from "../error-body.ts";
import { refusedAs } from "./refusal.ts";
import { param, refuse, resource, sendJson } from "../resource.ts";
import { json } from "../schemas/answered.ts";
import { prioritySchema } from "../schemas/job.ts";
import { refusals } from "../schemas/refusal.ts";

const wanted = Type.Union([
  prioritySchema,
  Type.Object({ Priority: prioritySchema }, { additionalProperties: false }),
]);

const noSuchJob = "There is no such job.";

/** Registers /jobs/{id}/priority. Orthanc has no way to change it. */
export function registerPriority(app: FastifyInstance, jobs: Jobs): void {
  resource(app, "/jobs/:id/priority", {
    GET: endpoint(
      {
        summary: "The priority of a job",
        scope: "read",
        responses: { 200: json("It.", prioritySchema), ...refusals({ 404: noSuchJob }) },
      },
      (request, reply) => {
        try {
          return sendJson(reply, jobs.jobInfo(param(request, "id")).priority);
        } catch (error) {
          return refuse(request, reply, refusedAs("NOT_FOUND", error, request));
        }
      },
    ),
    PUT: endpoint(
      {
        summary: "Change the priority of a job",
        description:
          "A higher one runs first. A job that waits moves to its new place, behind those of that priority which were submitted before it. The body is the number, or an object with it.",
        scope: "operate",
        body: wanted,
        responses: {
          200: json("It is changed, and that is committed.", Type.Object({})),
          ...refusals({ 400: "The body is no priority, or the job is finished.", 404: noSuchJob }),
        },
      },
      async (request, reply, { body }) => {
        try {
          await jobs.setPriority(
            param(request, "id"),
            typeof body === "number" ? body : body.Priority,
          );
        } catch (error) {
          const isFinished = isEngineError(error) && error.code === "WRONG_STATE";
          const like = isFinished ? "WRONG_STATE" : "NOT_FOUND";
          return refuse(request, reply, refusedAs(like, error, request));
        }
        return sendJson(reply, {});
      },
    ),
  });
}
