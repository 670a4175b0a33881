import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Aggregator, Task } from "../../src/progress.ts";
import { jobHost } from "../../src/sdk.ts";
import { Gate, ScriptedJob } from "../../src/testing/index.ts";
import { openTestEngine } from "../support/engine-harness.ts";

void describe("a submitted task", () => {
  void it("cannot wait for a job that may wait for its slot", async () => {
    await using engine = await openTestEngine({ slots: 1 });
    const host = jobHost(engine.host());
    const gate = new Gate();
    const other: string[] = [];
    const task = new Task("Wait", async () => {
      await gate.pass();
      for (const id of other) await host.waitJob(id, { timeoutMs: 1 });
    });
    const id = await host.submitTask(task);
    await gate.reached;
    other.push(await engine.submit(new ScriptedJob()));
    gate.open();
    await engine.advance(2);
    assert.equal((await engine.until(id, "failed")).error?.code, "WRONG_THREAD");
    await engine.until(other[0] ?? "", "succeeded");
  });

  void it("does not wait for room", async () => {
    await using engine = await openTestEngine({ slots: 1, limitJobs: 1 });
    const host = jobHost(engine.host());
    const gate = new Gate();
    const patience = new AbortController();
    const task = new Task("Submit", async () => {
      await gate.pass();
      const job = host.createJob(new ScriptedJob().descriptor);
      await host.submitJob(job, { signal: patience.signal });
    });
    const id = await host.submitTask(task);
    await gate.reached;
    await engine.submit(new ScriptedJob());
    gate.open();
    await engine.drain();
    patience.abort(new Error("it waited"));
    assert.equal((await engine.until(id, "failed")).error?.code, "QUEUE_FULL");
  });

  void it("is so in the parts that begin after a pause was taken back", async () => {
    await using engine = await openTestEngine({ slots: 1 });
    const host = jobHost(engine.host());
    const [gate, hold] = [new Gate(), new Gate()];
    const other: string[] = [];
    const all = new Aggregator("All", { concurrency: 2 });
    const first = all.add(new Task("first", () => gate.pass()));
    all.add(new Task("stays", () => hold.pass()));
    const last = all.add(
      new Task("last", async () => {
        for (const id of other) await host.waitJob(id, { timeoutMs: 1 });
      }),
    );
    const id = await host.submitTask(all);
    await Promise.all([gate.reached, hold.reached]);
    other.push(await engine.submit(new ScriptedJob()));
    await engine.engine.pauseJob(id);
    gate.open();
    await first.settled;
    await engine.drain();
    assert.equal(last.state, "waiting");
    await engine.engine.resumeJob(id);
    await engine.advance(2);
    assert.equal(last.state, "failed");
    hold.open();
    const { error } = await engine.until(id, "failed");
    assert.match(JSON.stringify(error?.details), /WRONG_THREAD/);
  });
});
