import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openHost, StepResult, type Host } from "../../../src/index.ts";
import { readExposition, type Family } from "./exposition.ts";

async function figures(host: Host): Promise<ReadonlyMap<string, Family>> {
  const response = await fetch(`${host.url}/metrics`);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  return readExposition(await response.text());
}

/** The value of a figure with these labels; undefined: there is none. */
function value(
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const family = families.get(name.replace(/_(bucket|sum|count)$/, "")) ?? families.get(name);
  return family?.samples.find(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([label, text]) => sample.labels[label] === text),
  )?.value;
}

const run = (host: Host, type: string, result: StepResult) =>
  host.submitJobAndWait(host.createJob({ type, payload: null, step: () => result }));

void describe("GET /metrics", () => {
  void it("says how many jobs there are, how they waited, ran and ended", async () => {
    await using host = await openHost({ http: { port: 0 }, concurrentJobs: 3 });
    const before = await figures(host);
    assert.equal(value(before, "baton_slots"), 3);
    assert.equal(value(before, "baton_jobs", { type: "send" }), undefined);
    await run(host, "send", StepResult.success);
    await run(host, "send", StepResult.success);
    await run(host, 'odd "type"\\', StepResult.failure("NO", "no"));
    const after = await figures(host);
    const send = { type: "send" };
    const odd = { type: 'odd "type"\\' };
    assert.equal(value(after, "baton_jobs", { ...send, state: "Success" }), 2);
    assert.equal(value(after, "baton_jobs", { ...send, state: "Failure" }), 0);
    assert.equal(value(after, "baton_jobs", { ...odd, state: "Failure" }), 1);
    assert.equal(value(after, "baton_jobs_submitted_total", send), 2);
    assert.equal(value(after, "baton_jobs_finished_total", { ...send, state: "Success" }), 2);
    assert.equal(value(after, "baton_runs_total", { ...send, outcome: "success" }), 2);
    assert.equal(value(after, "baton_runs_total", { ...odd, outcome: "failure" }), 1);
    assert.equal(value(after, "baton_queue_wait_seconds_count", send), 2);
    assert.equal(value(after, "baton_run_step_seconds_count", send), 2);
    assert.equal(value(after, "baton_slots_used"), 0);
    assert.ok((value(after, "baton_store_commit_seconds_count") ?? 0) > 0);
  });

  void it("has the event loop's delay and the process beside them", async () => {
    await using host = await openHost({ http: { port: 0 } });
    await using other = await openHost({ http: { port: 0 } });
    for (const one of [host, other, host]) {
      const families = await figures(one);
      assert.ok((value(families, "nodejs_eventloop_lag_p99_seconds") ?? -1) >= 0);
      assert.ok((value(families, "process_resident_memory_bytes") ?? 0) > 1e6);
    }
  });

  void it("measures nothing before somebody asks", async () => {
    await using host = await openHost({ http: { port: 0 } });
    await run(host, "send", StepResult.success);
    const families = await figures(host);
    assert.equal(value(families, "baton_jobs_submitted_total", { type: "send" }), undefined);
    assert.equal(value(families, "baton_jobs", { type: "send", state: "Success" }), 1);
  });

  void it("has no more than a hundred types, whatever a plugin makes up", async () => {
    await using host = await openHost({ http: { port: 0 }, historySize: 1_000 });
    await figures(host);
    for (let n = 0; n < 150; n += 1) await run(host, `made-up-${n}`, StepResult.success);
    const families = await figures(host);
    for (const name of ["baton_jobs", "baton_jobs_submitted_total", "baton_runs_total"]) {
      const types = families.get(name)?.samples.map(({ labels }) => labels["type"]);
      assert.equal(new Set(types).size, 101, name);
    }
    const other = { type: "(other)" };
    assert.equal(value(families, "baton_jobs_submitted_total", other), 50);
    assert.equal(value(families, "baton_jobs", { ...other, state: "Success" }), 50);
  });
});

void describe("GET /tools/metrics-prometheus", () => {
  void it("says what Orthanc says of jobs, in its form", async () => {
    await using host = await openHost({ http: { port: 0 } });
    await run(host, "send", StepResult.success);
    await run(host, "send", StepResult.failure("NO", "no"));
    const response = await fetch(`${host.url}/tools/metrics-prometheus`);
    assert.equal(response.headers.get("content-type"), "text/plain; version=0.0.4");
    const lines = (await response.text()).split("\n");
    assert.equal(lines.pop(), "");
    const parts = lines.map((line) => /^(orthanc_\w+) (\d+) (\d{13})$/.exec(line)?.slice(1, 3));
    assert.deepEqual(
      parts.map((part) => part?.join(" ")).filter((line) => line?.includes("jobs")),
      [
        "orthanc_jobs_completed 2",
        "orthanc_jobs_failed 1",
        "orthanc_jobs_pending 0",
        "orthanc_jobs_running 0",
        "orthanc_jobs_success 1",
      ],
    );
  });
});
