import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { scriptedJob, startTestServer } from "./scripted-host.ts";

const time = Date.UTC(2026, 10, 21, 20, 30, 0, 5);

void describe("GET /jobs/{id}/logs", () => {
  void it("answers the lines of the job, oldest first", async () => {
    await using server = await startTestServer();
    const job = scriptedJob();
    server.jobs.table = [job];
    server.jobs.logs = [
      { number: 3, time, level: "warning", text: "slow", data: { ms: 12 } },
      { number: 4, time, level: "info", text: "done", data: null },
    ];
    const all = await server.send("GET", `/jobs/${job.id}/logs`);
    const done = { Level: "info", Number: 4, Text: "done", Time: "20261121T203000.005000" };
    const slow = { ...done, Data: { ms: 12 }, Level: "warning", Number: 3, Text: "slow" };
    assert.deepEqual([all.status, all.json], [200, [slow, done]]);
    assert.deepEqual((await server.send("GET", `/jobs/${job.id}/logs/?since=3`)).json, [done]);
  });

  void it("refuses what is no number, another method, and a job that is not there", async () => {
    await using server = await startTestServer();
    const { id } = scriptedJob();
    server.jobs.table = [scriptedJob()];
    for (const since of ["-1", "x", "1.5", "", "9".repeat(16)]) {
      assert.equal((await server.send("GET", `/jobs/${id}/logs?since=${since}`)).status, 400);
    }
    const other = await server.send("DELETE", `/jobs/${id}/logs`);
    assert.deepEqual([other.status, other.headers.allow], [405, "GET"]);
    server.jobs.table = [];
    const gone = await server.send("GET", `/jobs/${id}/logs`);
    assert.equal(gone.status, 404);
    assert.match(gone.text, /No job found with this id/);
  });
});
