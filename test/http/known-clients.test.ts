import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Scene, type StateName } from "./orthanc/scene.ts";

/** Members of the enumeration of errors that a strict client knows: pyorthanc raises for any other. */
const knownErrors = new Set([
  ...Array.from({ length: 44 }, (_, index) => index - 1),
  ...Array.from({ length: 16 }, (_, index) => 1000 + index),
  ...Array.from({ length: 45 }, (_, index) => 2000 + index),
  3000,
]);

const states = new Set(["Pending", "Running", "Success", "Failure", "Paused", "Retry"]);
const time = /^\d{8}T\d{6}\.\d{6}$/;

/** What every client that is known reads, as strictly as the strictest of them. */
function checkJob(job: Readonly<Record<string, unknown>>): void {
  const text = (name: string): string => {
    assert.equal(typeof job[name], "string", name);
    return job[name] as string;
  };
  const whole = (name: string): number => {
    assert.ok(Number.isInteger(job[name]), name);
    return job[name] as number;
  };
  assert.match(text("ID"), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  assert.ok(text("Type").length > 0);
  assert.ok(states.has(text("State")), text("State"));
  assert.ok(whole("Progress") >= 0 && whole("Progress") <= 100);
  whole("Priority");
  assert.equal(typeof job["EffectiveRuntime"], "number");
  assert.equal(typeof job["Content"], "object");
  assert.notEqual(job["Content"], null);
  assert.ok(knownErrors.has(whole("ErrorCode")), String(job["ErrorCode"]));
  assert.equal(whole("ErrorCode") === 0, text("ErrorDescription") === "Success");
  text("ErrorDetails");
  const isOver = ["Success", "Failure"].includes(text("State"));
  assert.equal("CompletionTime" in job, isOver);
  for (const name of ["Timestamp", "CreationTime", ...(isOver ? ["CompletionTime"] : [])]) {
    assert.match(text(name), time, name);
    // By substring, as Orthanc Explorer 2 does.
    const cut = [text(name).slice(0, 8), text(name).slice(9, 15), text(name).slice(16, 22)];
    assert.deepEqual(cut.map(Number).map(Number.isNaN), [false, false, false], name);
  }
}

class Client {
  readonly #url: string;

  constructor(scene: Scene) {
    this.#url = scene.harness.host.url ?? "";
  }

  async json(path: string): Promise<unknown> {
    const response = await fetch(`${this.#url}/${path}`);
    assert.equal(response.status, 200, path);
    assert.match(response.headers.get("content-type") ?? "", /^application\/json/);
    return response.json();
  }

  async job(id: string): Promise<Readonly<Record<string, unknown>>> {
    const job = (await this.json(`jobs/${id}`)) as Readonly<Record<string, unknown>>;
    checkJob(job);
    return job;
  }

  async status(method: string, path: string): Promise<number> {
    // With the headers of a client that sends an empty body.
    const response = await fetch(`${this.#url}/${path}`, {
      method,
      ...(method === "POST" && { body: "" }),
    });
    await response.text();
    return response.status;
  }
}

const everyState: readonly StateName[] = [
  "Pending",
  "Running",
  "Paused",
  "Success",
  "Failure",
  "Canceled",
];

describe("a client that is known", () => {
  it("python-orthanc-api-client: lists with a slash, polls until it is complete, acts, deletes", async () => {
    await using scene = await Scene.open();
    const client = new Client(scene);
    const ids = new Set<string>();
    for (const state of everyState) ids.add(await scene.bring(state));
    const listed = (await client.json("jobs/")) as readonly string[];
    assert.deepEqual(new Set(listed), ids);
    const [waits, runs] = [...ids];
    assert(waits !== undefined && runs !== undefined);
    const isComplete = async (id: string): Promise<boolean> =>
      ["Success", "Failure"].includes((await client.job(id))["State"] as string);
    assert.deepEqual([await isComplete(waits), await isComplete(runs)], [false, false]);
    assert.equal(await client.status("POST", `jobs/${runs}/pause`), 200);
    await scene.harness.next("paused", runs);
    assert.equal(await client.status("POST", `jobs/${runs}/resume`), 200);
    assert.equal(await client.status("POST", `jobs/${runs}/cancel`), 200);
    await scene.harness.next("failed", runs);
    assert.ok(await isComplete(runs));
    assert.equal(await client.status("POST", `jobs/${runs}/resubmit`), 200);
    assert.equal(await client.status("POST", `jobs/${runs}/cancel`), 200);
    await scene.harness.next("failed", runs);
    assert.equal(await client.status("DELETE", `jobs/${runs}`), 200);
    assert.equal(await client.status("GET", `jobs/${runs}`), 404);
    assert.equal(await client.status("DELETE", `jobs/${waits}`), 404);
  });

  it("pyorthanc: waits while a job is Pending or Running, and knows every number of an error", async () => {
    await using scene = await Scene.open();
    const client = new Client(scene);
    for (const state of everyState) {
      const job = await client.job(await scene.bring(state));
      // What its wait_until_completion ends at.
      const goesOn = job["State"] === "Pending" || job["State"] === "Running";
      assert.equal(goesOn, state === "Pending" || state === "Running", state);
      assert.equal(job["ErrorCode"] !== 0, state === "Failure" || state === "Canceled", state);
    }
  });

  it("Orthanc Explorer 2: lists all in full, sorts them, and offers what is possible", async () => {
    await using scene = await Scene.open();
    const client = new Client(scene);
    for (const state of everyState) await scene.bring(state);
    const jobs = (await client.json("jobs?expand")) as readonly Readonly<Record<string, unknown>>[];
    assert.equal(jobs.length, everyState.length);
    for (const job of jobs) checkJob(job);
    // Its buttons, each of which must work.
    const offered: Readonly<Record<string, readonly string[]>> = {
      Pending: ["cancel"],
      Running: ["pause", "cancel"],
      Paused: ["resume", "cancel"],
      Failure: ["resubmit"],
      Success: [],
      Retry: [],
    };
    for (const { ID: id, State: state } of jobs) {
      for (const action of offered[state as string] ?? []) {
        const path = `jobs/${id as string}/${action}`;
        assert.equal(await client.status("POST", path), 200, `${action} of ${state as string}`);
      }
    }
    assert.equal(await client.status("GET", "system"), 200);
  });
});
