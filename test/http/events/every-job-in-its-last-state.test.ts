import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { brief, openStage } from "./moving-jobs.ts";

void describe("GET /events", () => {
  void it("begins with how many jobs there are, and with no job", async () => {
    await using stage = await openStage();
    stage.put("a", { state: "running" });
    stage.put("b", { state: "failed" });
    const client = await stage.open("/events");
    const { event, id, data } = await client.next();
    assert.equal(event, "jobs");
    assert.match(id, /^[0-9a-f]{16}-0$/);
    const totals = { Pending: 0, Running: 1, Paused: 0, Retry: 0, Success: 0, Failure: 1 };
    assert.deepEqual(data, { Jobs: [], Gone: [], Totals: totals });
    assert.deepEqual(client.others, ["retry: 2000"]);
    const { headers } = client.response;
    assert.equal(headers["content-type"], "text/event-stream; charset=utf-8");
    assert.equal(headers["cache-control"], "no-store");
    assert.equal(headers["x-accel-buffering"], "no");
    assert.equal(headers["x-content-type-options"], "nosniff");
  });

  void it("tells each job that changed once, as it was last", async () => {
    await using stage = await openStage();
    const client = await stage.open("/events");
    await client.next();
    stage.put("a");
    stage.put("b");
    stage.put("a", { state: "running" });
    stage.put("a", { state: "succeeded" });
    await stage.tick();
    const { data } = await client.next();
    assert.deepEqual(
      data.Jobs.map((job: Record<string, unknown>) => [job["ID"], job["State"], job["Type"]]),
      [
        ["a", "Success", "Lab"],
        ["b", "Pending", "Lab"],
      ],
    );
    assert.equal(data.Totals.Success, 1);
    assert.equal(client.waiting, 0);
  });

  void it("tells at most four times a second, whatever happens", async () => {
    await using stage = await openStage();
    const client = await stage.open("/events");
    await client.next();
    let frames = 0;
    for (let ms = 0; ms < 3_000; ms += 5) {
      stage.put("a", { progress: ms / 3_000, state: "running" });
      await stage.tick(5);
    }
    stage.put("b");
    await stage.tick(1_000);
    for (let last = ""; last !== "b"; frames += 1) last = (await client.next()).data.Jobs.at(-1).ID;
    assert.ok(frames >= 12 && frames <= 14, `${frames} frames in 3 s`);
  });

  void it("says nothing when nothing happens, but that it is there", async () => {
    await using stage = await openStage();
    const client = await stage.open("/events");
    await client.next();
    await stage.tick(14_999);
    await stage.tick(1);
    stage.put("a");
    await stage.tick();
    await client.next();
    assert.deepEqual(client.others, ["retry: 2000", ":"]);
  });

  void it("names jobs that are forgotten", async () => {
    await using stage = await openStage();
    stage.put("a", { state: "failed" });
    const client = await stage.open("/events");
    await client.next();
    stage.forget("a");
    stage.put("b");
    stage.forget("b");
    await stage.tick();
    assert.deepEqual(brief(await client.next()), { jobs: [], gone: ["a", "b"] });
  });
});

void describe("GET /events with a filter", () => {
  void it("tells of the jobs it means, and which of them are not meant any more", async () => {
    await using stage = await openStage();
    stage.put("a", { state: "running" });
    stage.put("b", { state: "running", type: "Other" });
    const client = await stage.open("/events?state=Running&type=Lab");
    await client.next();
    stage.put("a", { state: "succeeded" });
    stage.put("b", { state: "succeeded" });
    stage.put("c");
    await stage.tick();
    assert.deepEqual(brief(await client.next()), { jobs: [], gone: ["a"] });
    stage.put("c", { state: "running" });
    await stage.tick();
    assert.deepEqual(brief(await client.next()), { jobs: ["c Running"], gone: [] });
    stage.put("c", { state: "succeeded" });
    stage.forget("c");
    stage.put("d", { type: "Other" });
    stage.forget("d");
    await stage.tick();
    assert.deepEqual(brief(await client.next()), { jobs: [], gone: ["c"] });
  });

  void it("tells of the totals even if no job that it means has changed", async () => {
    await using stage = await openStage();
    const client = await stage.open("/events?type=Other");
    await client.next();
    stage.put("a");
    await stage.tick();
    const { data } = await client.next();
    assert.deepEqual([data.Jobs, data.Gone, data.Totals.Pending], [[], [], 1]);
  });

  void it("is refused as anywhere", async () => {
    await using stage = await openStage();
    for (const query of ["state=Odd", "since=1", "state=Running&x"]) {
      const { status, json } = await stage.server.send("GET", `/events?${query}`);
      assert.equal(status, 400, query);
      assert.equal((json as Record<string, unknown>)["OrthancStatus"], 8);
    }
    assert.equal(stage.server.jobs.observers.size, 0);
  });
});
