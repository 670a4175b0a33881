import { definePlugin, type JsonObject, type Plugin } from "../../../src/sdk.ts";
import { LabJob, type LabWork } from "./lab.ts";
import { bodyOf, isShown, type Exchange } from "./recordings.ts";

/** The routes of a real Orthanc that make jobs. */
const patterns = [
  "/modalities/{id}/store",
  "/modalities/{id}/move",
  "/peers/{id}/store",
  "/studies/{id}/{what}",
  "/lab/create-archive",
  "/lab/create-media",
];

/** Where a route of a plugin is that Orthanc has under /tools, which is the host's own here. */
export const ownPath = (path: string): string => path.replace(/^\/tools\/create/, "/lab/create");

const anHour = 3_600_000;

/** What the next job is, and whether it stays pending. */
export interface NextJob {
  work: LabWork;
  isPending: boolean;
}

/** Orthanc's routes, in a plugin: each answers with the job that the test says. */
export function jobRoutes(next: NextJob): Plugin {
  return definePlugin({
    name: "orthanc",
    version: "1.0.0",
    start(host) {
      for (const pattern of patterns) {
        host.registerRoute("POST", pattern, (request) => {
          const { work, isPending } = next;
          // What begins so is the id of a resource: nothing that a job is told.
          const isId = /^[0-9a-f]{8}-/.test(new TextDecoder().decode(request.body));
          const told = isId ? { ...request, body: new Uint8Array(0) } : request;
          const submit = isPending ? { startAfterMs: anHour } : {};
          return host.answer(told, new LabJob(work), { submit });
        });
      }
    },
  });
}

const isPost = ({ request }: Exchange): boolean => request.method === "POST";

const isRefusal = ({ response: { status } }: Exchange): boolean => status === 404 || status === 400;

const ofTheRoute = /unknown (modality|resource|study)|no Resources|empty body|bare JSON number/;

/** Exchanges that are no business of a host, and why. */
const skipped: readonly (readonly [why: string, matches: (exchange: Exchange) => boolean])[] = [
  ["it stores an image", (it) => it.request.path === "/instances"],
  ["it makes no job", (it) => !isPost(it) && it.request.path.startsWith("/studies/")],
  ["it makes no job", ({ note }) => note.startsWith("storage commitment")],
  [
    "it streams without a job",
    ({ request, response }) =>
      response.headers["content-type"] === "application/zip" && !request.path.startsWith("/jobs/"),
  ],
  ["the list has other jobs, too", ({ request }) => request.path === "/jobs?expand"],
  [
    "the route refuses it before there is a job",
    (it) => isPost(it) && it.response.status === 500 && bodyOf(it).includes('"Asynchronous":true'),
  ],
  ["the route refuses it before there is a job", (it) => isRefusal(it) && ofTheRoute.test(it.note)],
];

/** Null: it is replayed. */
export function reasonToSkip(exchange: Exchange): string | null {
  return skipped.find(([, matches]) => matches(exchange))?.[0] ?? null;
}

/** The job that must have been made, from what was answered of it now and later. */
export function workOf(exchange: Exchange, later: readonly Exchange[]): NextJob {
  const { json, status } = exchange.response;
  const answered = (json ?? {}) as JsonObject;
  if (status >= 500)
    return { work: { steps: 1, fault: answered["Details"] as string }, isPending: false };
  const id = answered["ID"];
  const shown = later
    .map(({ response }) => response.json)
    .find((each) => isShown(each) && each.ID === id);
  if (!isShown(shown)) return { work: { steps: 1, content: answered }, isPending: false };
  const type = String(shown["Type"]);
  const content = shown.Content as JsonObject;
  const fault = shown.ErrorCode === 0 ? {} : { fault: String(shown["ErrorDetails"]) };
  const archive = type === "Archive" || type === "Media" ? { archive: "zip" } : {};
  return {
    work: { steps: 1, type, content, ...fault, ...archive },
    isPending: shown.State === "Pending",
  };
}
