import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createApp } from "../../../src/http/app.ts";
import { InProcessRest } from "../../../src/http/in-process.ts";
import { openHost } from "../../../src/index.ts";
import { FakeClock } from "../../../src/testing/fake-clock.ts";
import { noRoutes, ScriptedJobs } from "../scripted-host.ts";
import { EventClient } from "./event-client.ts";

void describe("the events of a real host", () => {
  void it("tell of a job from its submit to its end", async () => {
    await using host = await openHost({ http: { port: 0 } });
    await using client = await EventClient.open(`${host.url}/events?type=count`);
    assert.deepEqual((await client.next()).data.Jobs, []);
    const gate = Promise.withResolvers<void>();
    const job = host.createJob({
      type: "count",
      payload: null,
      step: async (_payload, run) => {
        run.setProgress(1, 2);
        run.log("info", "half of it");
        await gate.promise;
        return { kind: "success" };
      },
    });
    const id = await host.submitJob(job);
    await using watcher = await EventClient.open(`${host.url}/jobs/${id}/events`);
    const seen: string[] = [];
    while (seen.at(-1) !== "Success") {
      const { data } = await client.next();
      for (const { ID, State } of data.Jobs) {
        assert.equal(ID, id);
        seen.push(State);
      }
      gate.resolve();
    }
    const heard = new Set<string>();
    for (let state = ""; state !== "Success" || !heard.has("half of it");) {
      const { event, data } = await watcher.next();
      if (event === "job") state = data.State;
      else heard.add(data.Text);
    }
  });

  void it("are not for requests of the same process, which would never be answered", async () => {
    const jobs = new ScriptedJobs();
    const app = createApp({ jobs, routes: noRoutes, onError: () => {}, clock: new FakeClock() });
    const rest = new InProcessRest(app);
    const asked = { method: "GET", target: "/events", headers: [], body: new Uint8Array(0) };
    const { status, body } = await rest.call(asked);
    assert.equal(status, 501);
    assert.match(Buffer.from(body).toString(), /over a connection/);
    assert.equal(jobs.observers.size, 0);
  });
});
