import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JobLogEntry } from "../../../src/ports/job.ts";
import { Aggregator, Observer } from "../../../src/progress.ts";
import { openStage, type Stage } from "./moving-jobs.ts";

/** The job says something. */
function say(stage: Stage, id: string, text: string): void {
  const { jobs } = stage.server;
  const line: JobLogEntry = {
    number: jobs.logs.length + 1,
    time: 0,
    level: "info",
    text,
    data: null,
  };
  jobs.logs = [...jobs.logs, line];
  jobs.tell({ kind: "logged", level: "info", text, plugin: "lab", id });
}

void describe("GET /jobs/{id}/events", () => {
  void it("begins with the job and what it has logged, then tells what becomes of it", async () => {
    await using stage = await openStage();
    stage.put("a", { state: "running" });
    stage.put("b");
    say(stage, "a", "hello");
    const client = await stage.open("/jobs/a/events");
    const [job, log] = [await client.next(), await client.next()];
    assert.deepEqual([job.event, job.data.ID, job.data.State], ["job", "a", "Running"]);
    assert.deepEqual([log.event, log.data.Text, log.data.Number], ["log", "hello", 1]);
    stage.put("b", { state: "running" });
    stage.put("a", { progress: 0.25 });
    stage.put("a", { progress: 0.5 });
    say(stage, "a", "half");
    await stage.tick(40);
    const [half, line] = [await client.next(), await client.next()];
    assert.deepEqual([half.event, half.data.Progress], ["job", 50]);
    assert.deepEqual([line.event, line.data.Text], ["log", "half"]);
    assert.equal(client.waiting, 0);
  });

  void it("tells how far its parts are, when that has changed", async () => {
    await using stage = await openStage();
    stage.put("a", { state: "running" });
    const all = new Aggregator("Copy");
    const read = all.add(new Observer("Read"));
    const client = await stage.open("/jobs/a/events");
    await client.next();
    stage.server.jobs.tree = all.snapshot();
    stage.server.jobs.tell({ kind: "reported", id: "a", progress: null });
    await stage.tick(40);
    read.report(25);
    stage.server.jobs.tree = all.snapshot();
    stage.server.jobs.tell({ kind: "reported", id: "b", progress: null });
    await stage.tick(40);
    stage.server.jobs.tell({ kind: "reported", id: "a", progress: null });
    stage.server.jobs.tell({ kind: "reported", id: "a", progress: null });
    await stage.tick(40);
    const [none, quarter] = [await client.next(), await client.next()];
    assert.deepEqual([none.event, none.data.parts[0].percent], ["progress", 0]);
    assert.deepEqual([quarter.event, quarter.data.parts[0].percent], ["progress", 25]);
    assert.equal(client.waiting, 0);
  });

  void it("tells at most 25 times a second, and no job twice that is as it was", async () => {
    await using stage = await openStage();
    stage.put("a", { state: "running" });
    const client = await stage.open("/jobs/a/events");
    await client.next();
    for (let ms = 0; ms < 1_000; ms += 5) {
      stage.put("a", { progress: ms / 1_000 });
      await stage.tick(5);
    }
    stage.put("a", { progress: 1 });
    await stage.tick(100);
    stage.put("a", {});
    await stage.tick(100);
    let told = 0;
    for (let progress = 0; progress < 100; told += 1)
      progress = (await client.next()).data.Progress;
    assert.ok(told >= 24 && told <= 27, `told ${told} times in a second`);
    assert.equal(client.waiting, 0);
  });

  void it("says that the job is gone, and ends", async () => {
    await using stage = await openStage();
    stage.put("a", { state: "failed" });
    const client = await stage.open("/jobs/a/events");
    await client.next();
    stage.forget("a");
    const { event, data } = await client.next();
    assert.deepEqual([event, data, await client.ended()], ["gone", {}, "complete"]);
    const again = await stage.server.send("GET", "/jobs/a/events");
    assert.equal(again.status, 404);
    assert.match(again.text, /No job found with this id: a/);
  });

  void it("goes on after the last line that a client has", async () => {
    await using stage = await openStage();
    stage.put("a");
    say(stage, "a", "one");
    say(stage, "a", "two");
    const client = await stage.open("/jobs/a/events");
    await client.next();
    const { id } = await client.next();
    const again = await stage.open("/jobs/a/events", id);
    assert.equal((await again.next()).event, "job");
    assert.equal((await again.next()).data.Text, "two");
    const odd = await stage.open("/jobs/a/events", "0-0");
    const told = [await odd.next(), await odd.next(), await odd.next()];
    assert.deepEqual(
      told.map(({ event }) => event),
      ["reset", "job", "log"],
    );
  });

  void it("is listened to only while somebody watches", async () => {
    await using stage = await openStage();
    stage.put("a");
    const client = await stage.open("/jobs/a/events");
    assert.equal(stage.server.jobs.observers.size, 1);
    await client[Symbol.asyncDispose]();
    while (stage.server.jobs.observers.size > 0) await stage.server.clock.yield();
  });
});
