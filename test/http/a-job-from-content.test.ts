import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { JobEngineError } from "../../src/index.ts";
import { createApp } from "../../src/http/app.ts";
import { InProcessRest } from "../../src/http/in-process.ts";
import { startServer } from "../../src/http/server.ts";
import { loopback, noRoutes, ScriptedJobs, send } from "./scripted-host.ts";
import { detailsOf, openMaker, post } from "./support/job-maker.ts";

describe("POST /jobs", () => {
  it("has the plugin of the type make the job, and submits it with the options", async () => {
    await using host = await openMaker({ concurrentJobs: 1 });
    const body = { Type: "scripted", Content: { a: [1] }, Priority: 3, Key: "k", UserData: null };
    const rest = { StartAfter: 3600, StepTimeout: 2.5, Retry: { MaxAttempts: 4, FirstDelay: 0.5 } };
    const { status, json } = await post(host, { ...body, ...rest });
    assert.equal(status, 200);
    const { ID: id, Path: path } = json as { readonly ID: string; readonly Path: string };
    assert.equal(path, `/jobs/${id}`);
    const job = host.jobInfo(id);
    assert.deepEqual(host.made[0]?.content, { a: [1] });
    assert.deepEqual([job.plugin, job.priority, job.key, job.maxAttempts], ["host", 3, "k", 4]);
    assert.equal(Number(job.startAt) - job.createdAt, 3_600_000);
  });

  it("starts it at the time that is given", async () => {
    await using host = await openMaker();
    const { json } = await post(host, { Type: "scripted", StartAfter: "20990101T000000.250000" });
    const { startAt } = host.jobInfo((json as { readonly ID: string }).ID);
    assert.ok(Math.abs(Number(startAt) - Date.UTC(2099, 0, 1, 0, 0, 0, 250)) < 60_000);
    const past = await post(host, { Type: "scripted", StartAfter: "20200101T000000" });
    assert.equal(past.status, 200, past.text);
  });

  for (const [body, says] of [
    [{ Type: "none" }, /there is no job type "none"; there are "scripted"$/],
    [{ Type: "closed" }, /only the plugin "host" makes "closed" jobs: it has registered no way/],
    [{ Type: "scripted", Plugin: "x" }, /there is no job type "scripted" of the plugin "x"/],
    [{ Type: "scripted", Content: { Bad: 7 } }, /^An argument is not valid: Bad is 7$/],
    [{ Type: "scripted", Content: [] }, /"Content" is \[\]; it must be an object/],
    [{ type: "scripted" }, /There is no field "type"/],
    [{ Type: "scripted", Priority: "high" }, /"Priority" is "high"; it must be a whole number/],
    [{ Type: "scripted", StartAfter: "20261399T000000" }, /startAfterMs must be/],
    ["{", /The body is not JSON/],
  ] as const) {
    it(`refuses ${JSON.stringify(body)}`, async () => {
      await using host = await openMaker();
      const answer = await post(host, body);
      assert.equal(answer.status, 400, answer.text);
      assert.match(detailsOf(answer), says);
      assert.deepEqual(host.jobIds(), []);
    });
  }

  for (const field of ["Content", "Priority", "Retry"]) {
    it(`refuses ${field} of thousands of levels`, async () => {
      await using host = await openMaker();
      const deep = "[".repeat(5_000) + "]".repeat(5_000);
      const body = `{"Type":"scripted","${field}":${field === "Content" ? `{"a":${deep}}` : deep}}`;
      const answer = await post(host, body);
      assert.equal(answer.status, 400, answer.text);
      assert.equal(detailsOf(answer), "The body is nested more than 128 levels deep.");
      assert.deepEqual(host.jobIds(), []);
    });
  }

  it("tells nobody of a fault of the plugin but the log", async () => {
    const lines: string[] = [];
    await using host = await openMaker({
      observer: (event) => event.kind === "logged" && lines.push(event.text),
    });
    const answer = await post(host, { Type: "scripted", Content: { Fault: true } });
    assert.equal(answer.status, 500);
    assert.doesNotMatch(answer.text, /path/);
    assert.match(lines.join("\n"), /could not create a "scripted" job: .*with \/a\/path/);
  });

  it("lets go of the job when it cannot be submitted", async () => {
    await using host = await openMaker({ concurrentJobs: 1, limitJobs: 1, submitWaitMs: 20 });
    await post(host, { Type: "scripted", StartAfter: 3600 });
    const answer = await post(host, { Type: "scripted" });
    assert.equal(answer.status, 503);
    assert.equal(answer.headers["retry-after"], "1");
    assert.match(detailsOf(answer), /in 0\.02 s there was no room/);
    assert.deepEqual(host.made[1]?.job.calls, ["finalize"]);
    assert.equal(host.jobIds().length, 1);
  });

  it("does not wait for the end of the job when a step asks, which may hold its slot", async () => {
    await using host = await openMaker({ concurrentJobs: 1 });
    const body = JSON.stringify({ Type: "scripted", StartAfter: 3600, Synchronous: true });
    const rest = new InProcessRest(createApp({ jobs: host, routes: noRoutes, onError: () => {} }));
    const headers = [["baton-caller", "job"]] as const;
    const asked = { method: "POST", target: "/jobs", headers, body: Buffer.from(body) };
    const answer = await rest.call(asked);
    assert.equal(answer.status, 202);
    const { ID: id } = JSON.parse(Buffer.from(answer.body).toString()) as { readonly ID: string };
    assert.equal(id, host.jobIds()[0]);
  });

  it("does not wait for room when it is asked for from inside: who asks may hold it", async () => {
    const waits: (boolean | undefined)[] = [];
    const jobs = new ScriptedJobs();
    jobs.createJobFrom = (_wish, options) => {
      waits.push(options?.noWait);
      return Promise.reject(new JobEngineError("QUEUE_FULL"));
    };
    const app = createApp({ jobs, routes: noRoutes, onError: () => {} });
    const server = await startServer(app, loopback);
    const body = JSON.stringify({ Type: "any" });
    const inside = { method: "POST", target: "/jobs", headers: [], body: Buffer.from(body) };
    assert.equal((await new InProcessRest(app).call(inside)).status, 503);
    const outside = await send(server.url, "POST", { path: "/jobs", body });
    assert.equal(outside.headers["retry-after"], "1");
    await server.close();
    assert.deepEqual(waits, [true, false]);
  });
});
