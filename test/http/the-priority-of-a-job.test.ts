import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openHost, StepResult, type Host } from "../../src/index.ts";
import { ScriptedJob } from "../e2e/support/scripted-job.ts";
import { send, type Answer } from "./scripted-host.ts";

const put = (host: Host, id: string, body: string): Promise<Answer> =>
  send(String(host.url), "PUT", { path: `/jobs/${id}/priority`, body });

describe("PUT /jobs/{id}/priority", () => {
  it("moves a job that waits", async () => {
    await using host = await openHost({ http: { port: 0 }, concurrentJobs: 1, drainTimeoutMs: 0 });
    await host.submit(new ScriptedJob());
    const jobs = [new ScriptedJob(), new ScriptedJob()];
    const ids = await Promise.all(jobs.map((job) => host.submit(job)));
    const [first = "", second = ""] = ids;
    assert.equal((await put(host, second, "7")).text, "{}");
    assert.equal((await put(host, first, '{ "Priority": -7 }')).status, 200);
    const order = await send(String(host.url), "GET", {
      path: "/jobs?order=-priority&state=Pending",
    });
    assert.deepEqual(order.json, [second, first]);
    assert.equal(
      (await send(String(host.url), "GET", { path: `/jobs/${second}/priority` })).text,
      "7",
    );
  });

  it("refuses what is no priority, a finished job, and one that nobody knows", async () => {
    await using host = await openHost({ http: { port: 0 } });
    const job = new ScriptedJob();
    job.end(StepResult.success);
    const { id } = await host.submitAndWait(job);
    for (const body of ["", "high", '"7"', "1.5", "2147483648", "{}", '{"priority":1}']) {
      assert.equal((await put(host, id, body)).status, 400, body);
    }
    const finished = await put(host, id, "1");
    assert.equal(finished.status, 400);
    assert.match(finished.text, /"WRONG_STATE"/);
    assert.equal(
      (
        await put(
          host,
          id.replace(/^./, (first) => (first === "0" ? "1" : "0")),
          "1",
        )
      ).status,
      404,
    );
    assert.equal((await put(host, "nobody", "1")).status, 404);
  });
});
