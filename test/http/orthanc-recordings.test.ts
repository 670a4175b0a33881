import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openHost } from "../../src/index.ts";
import type { JobInfo } from "../../src/ports/job.ts";
import { stateBehind } from "../support/orthanc-states.ts";
import { compare, milliseconds } from "./orthanc/compare.ts";
import { Met } from "./orthanc/differences.ts";
import {
  bodyOf,
  idIn,
  isShown,
  recorded,
  versions,
  type Exchange,
  type Shown,
} from "./orthanc/recordings.ts";
import { scriptedJob, startTestServer } from "./scripted-host.ts";

const states = {
  ...stateBehind,
  Canceled: "failed",
} as const satisfies Record<string, JobInfo["state"]>;

const failureCodes: Readonly<Record<number, string>> = {
  1: "STEP_FAILED",
  3: "BAD_STEP_RESULT",
  37: "JOB_CANCELED",
};

describe("jobs that are as those of a real Orthanc", () => {
  for (const version of versions) {
    for (const file of [
      "01-list",
      "02-states",
      "03-actions-matrix",
      "04-action-requests",
      "05-priority-order",
      "07-delete",
      "15-restart-sigterm",
      "16-restart-sigkill",
      "17-restart-no-jobs",
      "18-restart-without-plugin",
    ] as const) {
      it(`are shown and refused alike, to the millisecond: ${version}, ${file}`, async () => {
        await using server = await startTestServer();
        for (const exchange of recorded(version, file).filter(isAboutJobs)) {
          const { method, path, headers } = exchange.request;
          server.jobs.table = tableBefore(exchange);
          const answer = await server.send(method, path, { headers, body: bodyOf(exchange) });
          compare(exchange, answer, new Met(), { values: true });
        }
      });
    }
  }
});

describe("the figures of jobs", () => {
  for (const version of versions) {
    it(`are those of a real Orthanc, in its form: ${version}`, async () => {
      const [exchange] = recorded(version, "06-metrics");
      assert(typeof exchange?.response.body === "string");
      await using host = await openHost({ http: { port: 0 } });
      const { method, path } = exchange.request;
      const answer = await fetch(`${host.url}${path}`, { method });
      assert.equal(answer.status, exchange.response.status);
      assert.equal(answer.headers.get("content-type"), exchange.response.headers["content-type"]);
      assert.deepEqual(jobLines(await answer.text()), jobLines(exchange.response.body));
    });
  }
});

/** Of the lines about jobs their names, and the form of the rest. */
const jobLines = (text: string): readonly string[] =>
  text
    .split("\n")
    .filter((line) => line.startsWith("orthanc_jobs_"))
    .map((line) => line.replace(/ \d+ \d{13}$/, " <count> <ms>"));

const isAboutJobs = ({ request }: Exchange): boolean => /^\/+jobs/.test(request.path);

/** The jobs there must have been for that answer. */
function tableBefore({ note, request, response }: Exchange): readonly JobInfo[] {
  const { json } = response;
  if (Array.isArray(json)) return json.map(jobInList);
  const id = idIn(request.path);
  if (id === null || id.startsWith("00000000") || isGone(note, request.method, response)) return [];
  return [isShown(json) ? jobOf(json) : scriptedJob({ id, state: stateIn(note) })];
}

/** It was deleted, also where the older Orthanc could not. */
function isGone(note: string, method: string, response: Exchange["response"]): boolean {
  const isFinished = ["succeeded", "failed"].includes(stateIn(note));
  if (note.startsWith("after: DELETE") && isFinished) return true;
  return method === "GET" && response.status === 404 && response.body === "";
}

function jobInList(item: string | Shown): JobInfo {
  return typeof item === "string" ? scriptedJob({ id: item, state: "succeeded" }) : jobOf(item);
}

/** As the words of an exchange say; failed if they do not. */
function stateIn(note: string): JobInfo["state"] {
  const name = /an? (Pending|Running|Paused|Success|Failure|Canceled) job/.exec(note)?.[1];
  return states[(name ?? "Failure") as keyof typeof states];
}

function jobOf(shown: Shown): JobInfo {
  const code = failureCodes[shown.ErrorCode];
  if (shown.ErrorCode !== 0) assert(code !== undefined, `${shown.ErrorCode} can be made`);
  return scriptedJob({
    id: shown.ID,
    type: String(shown["Type"]),
    priority: shown.Priority,
    state: states[shown.State],
    error: code === undefined ? null : { code, message: String(shown["ErrorDetails"]) },
    createdAt: milliseconds(shown["CreationTime"]),
    changedAt: milliseconds(shown["CompletionTime"] ?? shown["CreationTime"]),
    runtimeMs: Number(shown["EffectiveRuntime"]) * 1000,
    remainingMs: "EstimatedTimeOfArrival" in shown ? 1000 : null,
    progress: Number(shown["Progress"]) / 100,
    content: shown.Content as JobInfo["content"],
  });
}
