import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Gate } from "../../src/testing/index.ts";
import { openTestEngine } from "../support/engine-harness.ts";
import { StoreDouble } from "../support/store-double.ts";

const proceed = { kind: "continue" } as const;

void describe("while one step does not end, closing", () => {
  void it("waits for the stop and the finalize of the jobs that wait", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store, drainTimeoutMs: 700 });
    const [step, stop] = [new Gate(), new Gate()];
    let state = "before";
    const { job } = await engine.run({
      steps: ["retry"],
      getSerialized: () => state,
      stop: async (reason) => {
        if (reason !== "closing") return;
        await stop.pass();
        state = "after";
      },
    });
    await engine.drain();
    await engine.run({ steps: [step.before(proceed)] });
    const waiting = await engine.run({});
    await step.reached;
    const closing = engine.engine.close();
    await stop.reached;
    await engine.advance(400);
    assert.deepEqual(waiting.job.trace, ["stop:closing", "finalize"]);
    stop.open();
    await engine.drain();
    assert.deepEqual(job.trace, ["step", "stop:retry", "stop:closing", "finalize"]);
    await engine.advance(300);
    await closing;
    const [record] = store.records.values();
    assert.equal(new TextDecoder().decode(record?.currentState ?? undefined), "after");
    step.open();
  });

  void it("waits for the stop of a job that its own step has just paused", async () => {
    await using engine = await openTestEngine({ slots: 2, drainTimeoutMs: 700 });
    const [hanging, paused] = [new Gate(), new Gate()];
    await engine.run({ steps: [hanging.before(proceed)] });
    const { id, job } = await engine.run({ steps: [paused.before(proceed)] });
    await paused.reached;
    await engine.host().pauseJob(id);
    const closing = engine.engine.close();
    paused.open();
    await engine.drain();
    assert.deepEqual(job.trace, ["step", "stop:paused", "stop:closing", "finalize"]);
    await engine.advance(700);
    await closing;
    hanging.open();
  });
});
