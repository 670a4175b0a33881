import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import type { JobInfo } from "../../src/ports/job.ts";
import { scriptedJob, startTestServer, type Answer } from "./scripted-host.ts";

interface Exchange {
  readonly note: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | null;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string | undefined>>;
    readonly body: string;
    readonly json?: unknown;
  };
}

/** A job as Orthanc shows it. */
type Shown = Readonly<Record<string, unknown>> & {
  readonly ID: string;
  readonly State: keyof typeof states;
  readonly ErrorCode: number;
};

const states = {
  Pending: "pending",
  Running: "running",
  Paused: "paused",
  Retry: "retrying",
  Success: "succeeded",
  Failure: "failed",
  Canceled: "failed",
} as const satisfies Record<string, JobInfo["state"]>;

const failureCodes: Readonly<Record<number, string>> = {
  1: "STEP_FAILED",
  3: "BAD_STEP_RESULT",
  37: "JOB_CANCELED",
};

/** Answers that are meant to differ, by what was asked; the reasons are in docs/rest.md. */
const differences: readonly (readonly [
  matches: (exchange: Exchange) => boolean,
  expected: { readonly status: number; readonly allow?: string },
])[] = [
  [({ request }) => request.path.includes("_method="), { status: 200 }],
  [({ request }) => request.method === "HEAD" && request.path.endsWith("/pause"), { status: 404 }],
  [({ request }) => request.method === "HEAD", { status: 200 }],
  [({ request }) => request.method === "OPTIONS", { status: 204, allow: "GET,POST" }],
  [({ request }) => request.method === "PATCH", { status: 405, allow: "GET,POST" }],
  [({ request }) => request.path === "/jobs/%2e%2e", { status: 404 }],
  [({ request }) => request.method === "POST" && request.path === "/jobs", { status: 400 }],
  [
    ({ request, response }) => request.path === "/jobs" && response.status === 405,
    { status: 405, allow: "GET,POST" },
  ],
  [({ request }) => request.path.endsWith("/priority"), { status: 200 }],
  [({ note }) => /= NaN(, seen in the expanded list)?$/.test(note), { status: 200 }],
];

/** Ours on top of Orthanc's fields. */
const added = new Set(["Attempts", "BatonError", "DueTime", "Requested", "WaitsForType"]);

describe("the recorded exchanges of a real Orthanc", () => {
  for (const name of [
    "01-list",
    "02-states",
    "03-actions-matrix",
    "04-action-requests",
    "07-delete",
  ]) {
    it(`${name} are answered alike`, async () => {
      await using server = await startTestServer();
      for (const exchange of recorded(name)) {
        const { method, path, headers, body } = exchange.request;
        server.jobs.table = tableBefore(exchange);
        const answer = await server.send(method, path, { headers, body: body ?? "" });
        compare(exchange, answer);
      }
    });
  }
});

function recorded(name: string): readonly Exchange[] {
  const file = new URL(`../fixtures/orthanc/1.10.1/${name}.json`, import.meta.url);
  const { exchanges } = JSON.parse(readFileSync(file, "utf8")) as { exchanges: Exchange[] };
  return exchanges.filter(({ request }) => /^\/+jobs/.test(request.path));
}

/** The jobs there must have been for that answer. */
function tableBefore({ note, request, response }: Exchange): readonly JobInfo[] {
  const { json } = response;
  if (Array.isArray(json)) {
    return json.map((item: string | Shown) =>
      typeof item === "string" ? scriptedJob({ id: item, state: "succeeded" }) : jobOf(item),
    );
  }
  if (isShown(json)) return [jobOf(json)];
  const id = idIn(request.path);
  const isGone = request.method === "GET" && response.status === 404 && response.body === "";
  if (id === null || isGone) return [];
  const name = /an? (Pending|Running|Paused|Success|Failure|Canceled) job/.exec(note)?.[1];
  const state = states[(name ?? "Failure") as keyof typeof states];
  return [scriptedJob({ id, state })];
}

function idIn(path: string): string | null {
  const id = /^\/jobs\/([0-9a-f-]{36})/.exec(path)?.[1] ?? null;
  return id?.startsWith("00000000") === true ? null : id;
}

function jobOf(shown: Shown): JobInfo {
  const failure =
    shown.ErrorCode === 0
      ? null
      : { code: failureCodes[shown.ErrorCode] ?? "?", message: String(shown["ErrorDetails"]) };
  return scriptedJob({
    id: shown.ID,
    type: String(shown["Type"]),
    priority: Number(shown["Priority"]),
    state: states[shown.State],
    error: failure,
    createdAt: timeOf(shown["CreationTime"]),
    changedAt: timeOf(shown["CompletionTime"] ?? shown["CreationTime"]),
    runtimeMs: Number(shown["EffectiveRuntime"]) * 1000,
    remainingMs: "EstimatedTimeOfArrival" in shown ? 1000 : null,
    progress: Number(shown["Progress"]) / 100,
    content: shown["Content"] as JobInfo["content"],
  });
}

function compare(exchange: Exchange, answer: Answer): void {
  const { request, response } = exchange;
  const about = `${exchange.note}: ${request.method} ${request.path}`;
  const difference = differences.find(([matches]) => matches(exchange))?.[1];
  assert.equal(answer.status, difference?.status ?? response.status, about);
  assert.equal(
    answer.headers.allow,
    difference === undefined ? response.headers["allow"] : difference.allow,
    about,
  );
  assert.equal(answer.headers["x-content-type-options"], "nosniff", about);
  if (request.method === "HEAD") return assert.equal(answer.text, "", about);
  if (answer.status >= 400) return compareRefusal(response.body, answer, about);
  if (difference !== undefined) return;
  assert.equal(answer.headers["content-type"], response.headers["content-type"], about);
  if (response.json === undefined) return assert.equal(answer.text, response.body, about);
  compareJson(response.json, answer.json, about);
}

function compareJson(theirs: unknown, ours: unknown, about: string): void {
  if (Array.isArray(theirs)) {
    assert.ok(Array.isArray(ours), about);
    assert.equal(ours.length, theirs.length, about);
    for (const [index, item] of theirs.entries()) compareJson(item, ours[index], about);
  } else if (isShown(theirs)) {
    compareJob(theirs, ours as Shown, about);
  } else {
    assert.deepEqual(ours, theirs, about);
  }
}

function compareJob(theirs: Shown, ours: Shown, about: string): void {
  const keys = Object.keys(ours);
  assert.deepEqual(keys, keys.toSorted(), `${about}: keys are alphabetical`);
  assert.deepEqual(
    keys.filter((key) => !added.has(key)),
    Object.keys(theirs),
    about,
  );
  for (const [key, value] of Object.entries(theirs)) {
    if (/Time/.test(key)) {
      assert.match(String(ours[key]), /^\d{8}T\d{6}\.\d{6}$/, `${about}: ${key}`);
      if (key === "Timestamp" || key === "EstimatedTimeOfArrival") continue;
      assert.equal(timeOf(ours[key]), timeOf(value), `${about}: ${key}`);
    } else {
      assert.deepEqual(ours[key], value, `${about}: ${key}`);
    }
  }
}

/** Where Orthanc says nothing, ours explains; where it says something, ours says that and more. */
function compareRefusal(theirs: string, answer: Answer, about: string): void {
  assert.equal(answer.headers["content-type"], "application/json; charset=utf-8", about);
  const ours = answer.json as Readonly<Record<string, unknown>>;
  assert.equal(ours["HttpStatus"], answer.status, about);
  assert.equal(typeof ours["Details"], "string", about);
  if (theirs === "" || answer.status !== 404) return;
  const { Details: details, ...rest } = JSON.parse(theirs) as { readonly Details?: string };
  for (const [key, value] of Object.entries(rest))
    assert.equal(ours[key], value, `${about}: ${key}`);
  const isOtherState = /DELETE of a (Pending|Running|Paused) job/.test(about);
  if (details === undefined || isOtherState || about.includes("%2F")) return;
  assert.ok(String(ours["Details"]).startsWith(details), about);
}

function isShown(json: unknown): json is Shown {
  return typeof json === "object" && json !== null && "ID" in json && "State" in json;
}

function timeOf(text: unknown): number {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d\.\d{3})\d{3}$/.exec(String(text));
  assert.ok(parts, `${String(text)} is a time`);
  const [, year, month, day, hour, minute, second] = parts;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
