import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import type { Jobs } from "../../ports/jobs.ts";
import { registerBulk } from "./bulk.ts";
import { endpoint } from "../endpoint.ts";
import { refusal } from "../error-body.ts";
import { refusedAs } from "./refusal.ts";
import type { Endpoint } from "../operation.ts";
import { param, refuse, resource } from "../resource.ts";
import { json } from "../schemas/answered.ts";
import { refusals } from "../schemas/refusal.ts";

/** What each action does, and to which jobs it can be done. */
const actions = {
  cancel: { summary: "Cancel a job", legal: "Of a finished job nothing changes." },
  pause: { summary: "Pause a job", legal: "Of a finished job nothing changes." },
  resume: {
    summary: "Let a paused job go on",
    legal: "It takes back a pause that is not honoured yet.",
  },
  resubmit: { summary: "Run a failed job anew, from the start", legal: "Only of a failed job." },
} as const;

type Act = (id: string) => Promise<void>;

/** Registers the four actions on a job, and on many. */
export function registerActions(app: FastifyInstance, jobs: Jobs): void {
  const acts = {
    cancel: (id) => jobs.cancelJob(id),
    pause: (id) => jobs.pauseJob(id),
    resume: (id) => jobs.resumeJob(id),
    resubmit: (id) => jobs.resubmitJob(id),
  } satisfies Record<keyof typeof actions, Act>;
  for (const name of Object.keys(actions) as (keyof typeof actions)[]) {
    resource(app, `/jobs/:id/${name}`, { ...noOutput(name), POST: action(name, acts[name]) });
  }
  registerBulk(app, jobs, acts);
}

/** The body of the request is ignored, as Orthanc does. */
function action(name: keyof typeof actions, act: Act): Endpoint {
  const { summary, legal } = actions[name];
  return endpoint(
    {
      summary,
      description: `${legal} The body is ignored.`,
      scope: "operate",
      responses: {
        200: json("Done, and committed.", Type.Object({})),
        ...refusals({ 400: "There is no such job, or its state does not allow this." }),
      },
    },
    async (request, reply) => {
      try {
        await act(param(request, "id"));
      } catch (error) {
        return refuse(request, reply, refusedAs("WRONG_STATE", error, request));
      }
      return reply.header("content-type", "application/json").send(Buffer.from("{}"));
    },
  );
}

/** No output has the name of an action, but its path exists: Orthanc answers the same. */
function noOutput(name: string): Record<"GET" | "DELETE", Endpoint> {
  const details = `Job has no such output: ${name}. To ${name} the job, use POST.`;
  const answer = (scope: "read" | "operate"): Endpoint =>
    endpoint(
      {
        summary: `No output is called "${name}"`,
        scope,
        responses: refusals({ 404: "Always: this is the name of an action." }),
      },
      (request, reply) => refuse(request, reply, refusal("NOT_FOUND", details)),
    );
  return { GET: answer("read"), DELETE: answer("operate") };
}
