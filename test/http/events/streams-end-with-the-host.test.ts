import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openHost } from "../../../src/index.ts";
import { openStage } from "./moving-jobs.ts";
import { EventClient } from "./event-client.ts";

void describe("a stream of events", () => {
  void it("ends as an answer ends when the host closes, and closing does not wait for it", async () => {
    const host = await openHost({ http: { port: 0 } });
    const clients = [
      await EventClient.open(`${host.url}/events`),
      await EventClient.open(`${host.url}/events?state=Running`),
    ];
    const started = Date.now();
    await host.close();
    // The grace of the server is two seconds.
    assert.ok(Date.now() - started < 1_500, "closing waited");
    assert.deepEqual(await Promise.all(clients.map((client) => client.ended())), [
      "complete",
      "complete",
    ]);
  });

  void it("leaves no timer behind when its clients leave", async () => {
    await using stage = await openStage();
    const client = await stage.open("/events");
    await client.next();
    stage.put("a");
    await client[Symbol.asyncDispose]();
    const one = await stage.open("/jobs/a/events");
    await one.next();
    await stage.server.close();
    assert.equal(stage.server.clock.alarms, 0);
    assert.equal(stage.server.jobs.observers.size, 0);
  });

  void it("answers HEAD with its headers, and listens to nobody", async () => {
    await using stage = await openStage();
    stage.put("a");
    for (const path of ["/events", "/jobs/a/events"]) {
      const { status, headers, text } = await stage.server.send("HEAD", path);
      assert.deepEqual(
        [status, headers["content-type"], headers["cache-control"], text],
        [200, "text/event-stream; charset=utf-8", "no-store", ""],
      );
    }
    assert.equal(stage.server.jobs.observers.size, 0);
  });

  void it("answers other methods with 405", async () => {
    await using stage = await openStage();
    for (const path of ["/events", "/jobs/a/events"]) {
      const { status, headers } = await stage.server.send("POST", path);
      assert.deepEqual([status, headers.allow], [405, "GET"], path);
    }
  });
});
