import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Gate, ScriptedJob } from "../../src/testing/index.ts";
import { openTestEngine } from "../support/engine-harness.ts";
import { StoreDouble } from "../support/store-double.ts";

void describe("a job whose change is being committed", () => {
  void it("is shown as it was told last", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    const id = await engine.host().submitJob(
      engine.host().createJob({
        type: "saved",
        payload: null,
        step: () => ({ kind: "retry", afterMs: 60_000 }),
        getSerialized: () => "state",
      }),
    );
    await engine.until(id, "retrying");
    store.hold();
    const paused = engine.host().pauseJob(id);
    await engine.drain();
    assert.equal(engine.host().jobInfo(id).state, "retrying");
    assert.equal(engine.engine.jobs().find((job) => job.id === id)?.state, "retrying");
    store.release();
    await paused;
    assert.equal(engine.host().jobInfo(id).state, "paused");
  });

  void it("is shown as running, when that is committed, if it has only started since", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    const gate = new Gate();
    const steps = [{ kind: "retry", afterMs: 60_000 }, gate.before({ kind: "success" })] as const;
    const job = new ScriptedJob({ steps, getSerialized: () => "state" });
    const host = engine.host();
    const id = await host.submitJob(host.createJob(job.descriptor));
    await engine.until(id, "retrying");
    await host.pauseJob(id);
    store.hold();
    const resumed = host.resumeJob(id);
    await gate.reached;
    assert.equal(host.jobInfo(id).state, "paused");
    store.release();
    await resumed;
    assert.equal(host.jobInfo(id).state, "running");
    gate.open();
    await engine.until(id, "succeeded");
  });
});
