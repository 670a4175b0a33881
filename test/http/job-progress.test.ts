import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Aggregator, Observer } from "../../src/progress.ts";
import { scriptedJob, startTestServer } from "./scripted-host.ts";

void describe("the progress of a job", () => {
  void it("is its tree, as it is", async () => {
    await using server = await startTestServer();
    const job = scriptedJob();
    server.jobs.table = [job];
    const all = new Aggregator("Copy");
    all.add(new Observer("Read"), 3).report(50);
    server.jobs.tree = all.snapshot();
    const answer = await server.send("GET", `/jobs/${job.id}/progress`);
    assert.deepEqual([answer.status, answer.json], [200, JSON.parse(JSON.stringify(all))]);
    const gone = await server.send("GET", `/jobs/${job.id.replace("9", "8")}/progress`);
    assert.deepEqual([gone.status, /No job found/.test(gone.text)], [404, true]);
  });

  void it("is canceled branch by branch", async () => {
    await using server = await startTestServer();
    const job = scriptedJob();
    server.jobs.table = [job];
    const all = new Aggregator("Copy");
    const { id } = all.add(new Observer("Read"));
    server.jobs.tree = all.snapshot();
    const path = (node: string): string => `/jobs/${job.id}/progress/${node}/cancel`;
    const asked = await server.send("POST", path(id));
    assert.deepEqual(
      [asked.status, asked.text, server.jobs.asked],
      [200, "{}", [`cancel ${id} of ${job.id}`]],
    );
    const unknown = await server.send("POST", path("none"));
    assert.deepEqual([unknown.status, /no node .{1,2}none/.test(unknown.text)], [404, true]);
    const other = await server.send("GET", path(id));
    assert.deepEqual([other.status, other.headers.allow], [405, "POST"]);
  });
});
