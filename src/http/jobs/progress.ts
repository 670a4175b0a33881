import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import type { Jobs } from "../../ports/jobs.ts";
import { endpoint } from "../endpoint.ts";
import { isEngineError, refusal } from "../error-body.ts";
import { refusedAs } from "./refusal.ts";
import { param, refuse, resource, sendJson } from "../resource.ts";
import { json } from "../schemas/answered.ts";
import { progressSchema } from "../schemas/progress.ts";
import { refusals } from "../schemas/refusal.ts";

/** Registers the tree of a job's progress, and what cancels a branch of it. */
export function registerProgress(app: FastifyInstance, jobs: Jobs): void {
  resource(app, "/jobs/:id/progress", {
    GET: endpoint(
      {
        summary: "How far a job is, with everything below it",
        description: "Of a job without parts: a root made of its type and its progress.",
        scope: "read",
        responses: {
          200: json("The tree, from its root down.", progressSchema),
          ...refusals({ 404: "There is no such job." }),
        },
      },
      (request, reply) => {
        try {
          return sendJson(reply, jobs.jobProgress(param(request, "id")));
        } catch (error) {
          return refuse(request, reply, refusedAs("NOT_FOUND", error, request));
        }
      },
    ),
  });
  resource(app, "/jobs/:id/progress/:node/cancel", {
    POST: endpoint(
      {
        summary: "Cancel a branch of a job",
        description:
          "Asks the node of this `id`, and all below it, to stop; `0` is the root, and the job. What has ended, or was asked before, stays as it is. The body is ignored.",
        scope: "operate",
        responses: {
          200: json("It is asked; the tree says whether it stops.", Type.Object({})),
          ...refusals({
            400: "The node cannot be canceled.",
            404: "There is no such job, or its tree has no such node.",
          }),
        },
      },
      async (request, reply) => {
        try {
          // Whoever knows no such job has no node to look for.
          jobs.jobInfo(param(request, "id"));
        } catch (error) {
          return refuse(request, reply, refusedAs("NOT_FOUND", error, request));
        }
        try {
          await jobs.cancelBranch(param(request, "id"), param(request, "node"));
        } catch (error) {
          if (!isEngineError(error)) throw error;
          return refuse(request, reply, refusal(error.code, error.message));
        }
        return reply.header("content-type", "application/json").send(Buffer.from("{}"));
      },
    ),
  });
}
