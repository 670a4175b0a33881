import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openHost, type Host, type JobInfo } from "../../src/index.ts";
import { send } from "./scripted-host.ts";

type State = JobInfo["state"];
type StepResults = Partial<Record<State, "success" | "failure" | "retry">>;

/** What the step of a job has to say so that the job gets into a state; else it runs until asked. */
const resultOf: StepResults = { succeeded: "success", failed: "failure", retrying: "retry" };

/** The table of docs/job-lifecycle.md: the status of each call in each state. */
const table: Readonly<Record<State | "unknown", readonly number[]>> = {
  // pause, cancel, resume, resubmit, DELETE
  pending: [200, 200, 400, 400, 404],
  running: [200, 200, 400, 400, 404],
  paused: [200, 200, 200, 400, 404],
  retrying: [200, 200, 400, 400, 404],
  succeeded: [200, 200, 400, 400, 200],
  failed: [200, 200, 400, 200, 200],
  unknown: [400, 400, 400, 400, 404],
};

const calls = ["pause", "cancel", "resume", "resubmit", "delete"] as const;

describe("a call over HTTP, with a real engine", () => {
  for (const [state, statuses] of Object.entries(table)) {
    for (const [index, call] of calls.entries()) {
      it(`to ${call} a job that is ${state} answers ${statuses[index]}`, async () => {
        await using host = await openHost({
          concurrentJobs: 1,
          http: { port: 0 },
          drainTimeoutMs: 0,
        });
        const id = await jobIn(host, state);
        const path = call === "delete" ? `/jobs/${id}` : `/jobs/${id}/${call}`;
        const answer = await send(urlOf(host), call === "delete" ? "DELETE" : "POST", { path });
        assert.equal(answer.status, statuses[index], answer.text);
        if (answer.status === 200) {
          assert.equal(answer.text, call === "delete" ? "" : "{}");
        } else {
          const { Details, HttpStatus } = answer.json as Readonly<Record<string, unknown>>;
          assert.equal(HttpStatus, answer.status);
          assert.equal(typeof Details, "string");
        }
      });
    }
  }

  it("shows a pause that is not honoured yet, and takes it back", async () => {
    await using host = await openHost({ http: { port: 0 }, drainTimeoutMs: 0 });
    const id = await submit(host, () => new Promise(() => {}));
    await until(host, id, "running");
    await send(urlOf(host), "POST", { path: `/jobs/${id}/pause` });
    const asked = await send(urlOf(host), "GET", { path: `/jobs/${id}` });
    assert.equal((asked.json as { Requested?: string }).Requested, "pause");
    assert.equal((asked.json as { State?: string }).State, "Running");
    const back = await send(urlOf(host), "POST", { path: `/jobs/${id}/resume` });
    assert.equal(back.status, 200);
  });
});

/** A job in that state, or an id that no job has. */
async function jobIn(host: Host, state: string): Promise<string> {
  if (state === "unknown") return "00000000-0000-0000-0000-000000000000";
  const wanted = state as State;
  if (wanted === "pending" || wanted === "paused") {
    await until(host, await submit(host, untilAsked), "running");
  }
  const result = resultOf[wanted];
  const id = await submit(host, result === undefined ? untilAsked : () => stepResults[result]);
  if (wanted === "paused") await host.pauseJob(id);
  await until(host, id, wanted);
  return id;
}

const stepResults = {
  success: { kind: "success" },
  failure: { kind: "failure", error: { code: "STEP_FAILED", message: "no" }, retryable: false },
  retry: { kind: "retry", afterMs: 3_600_000 },
} as const;

type Step = Parameters<Host["createJob"]>[0]["step"];

const untilAsked: Step = (_payload, { signal }) => {
  const { promise, resolve } = Promise.withResolvers<{ readonly kind: "continue" }>();
  signal.addEventListener("abort", () => resolve({ kind: "continue" }));
  return promise;
};

function submit(host: Host, step: Step): Promise<string> {
  return host.submitJob(host.createJob({ type: "lab", payload: {}, step, reset: () => {} }));
}

/** Resolves when the job is in that state. */
function until(host: Host, id: string, state: State): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const observing = host.observe((event) => {
    if (event.kind === "changed" && event.job.id === id && event.job.state === state) resolve();
  });
  if (host.jobInfo(id).state === state) resolve();
  return promise.finally(() => observing[Symbol.dispose]());
}

function urlOf(host: Host): string {
  assert.ok(host.url !== null);
  return host.url;
}
