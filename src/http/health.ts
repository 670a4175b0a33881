import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import type { About } from "../ports/about.ts";
import { endpoint } from "./endpoint.ts";
import { refusal } from "./error-body.ts";
import { refuse, resource, sendJson } from "./resource.ts";
import { json } from "./schemas/answered.ts";
import { refusals } from "./schemas/refusal.ts";

const status = (name: string) => Type.Object({ Status: Type.Literal(name) });

/** Registers /health/live and /health/ready, for whoever starts and watches the process. */
export function registerHealth(app: FastifyInstance, about: About): void {
  resource(app, "/health/live", {
    GET: endpoint(
      {
        summary: "Whether the process answers",
        description: "No answer within a few seconds: start it again.",
        scope: "none",
        responses: { 200: json("It does.", status("live")) },
      },
      (_request, reply) => sendJson(reply, { Status: "live" }),
    ),
  });
  resource(app, "/health/ready", {
    GET: endpoint(
      {
        summary: "Whether the host takes jobs and runs them",
        description: "If not, send it no work for now; it looks after itself.",
        scope: "none",
        responses: {
          200: json("It does.", status("ready")),
          ...refusals({
            503: "The store refuses to write, a plugin is being started again, or the host is closing or has not begun.",
          }),
        },
      },
      (request, reply) => {
        const [trouble] = about.troubles();
        if (trouble === undefined) return sendJson(reply, { Status: "ready" });
        const told = refusal(trouble.code, trouble.sentence);
        return refuse(request, reply, { ...told, status: 503, orthanc: 36 });
      },
    ),
  });
}
