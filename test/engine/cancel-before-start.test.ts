import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Gate } from "../../src/testing/index.ts";
import { openTestEngine, type TestEngine } from "../support/engine-harness.ts";

const proceed = { kind: "continue" } as const;

void describe("a cancel of a job that does not run", () => {
  void it("ends it as canceled, with a stop and no step: pending", async () => {
    await using engine = await openTestEngine();
    await occupy(engine);
    const { id, job } = await engine.run({});
    await engine.host().cancelJob(id);
    assert.deepEqual(engine.info(id).error, {
      code: "JOB_CANCELED",
      message: "This job was canceled",
    });
    await engine.drain();
    assert.deepEqual(job.trace, ["stop:canceled"]);
    assert.deepEqual(engine.states(id), ["failed"]);
  });

  void it("ends it as canceled: paused", async () => {
    await using engine = await openTestEngine();
    await occupy(engine);
    const { id, job } = await engine.run({});
    await engine.host().pauseJob(id);
    await engine.host().cancelJob(id);
    await engine.drain();
    assert.deepEqual(job.trace, ["stop:canceled"]);
    assert.deepEqual(engine.states(id), ["paused", "failed"]);
  });

  void it("ends it as canceled, and it is not woken: waiting to retry", async () => {
    await using engine = await openTestEngine();
    const { id, job } = await engine.run({ steps: [{ kind: "retry", afterMs: 50 }] });
    await engine.until(id, "retrying");
    await engine.host().cancelJob(id);
    assert.equal(engine.clock.alarms, 0);
    await engine.advance(1_000);
    assert.deepEqual(job.trace, ["step", "stop:retry", "stop:canceled"]);
    assert.equal(engine.info(id).state, "failed");
  });

  void it("does not wait for its stop to return", async () => {
    await using engine = await openTestEngine();
    await occupy(engine);
    const gate = new Gate();
    const { id } = await engine.run({ stop: () => gate.pass() });
    await engine.host().cancelJob(id);
    await gate.reached;
    assert.equal(engine.info(id).state, "failed");
    gate.open();
  });

  void it("finalizes only after the stop has returned", async () => {
    await using engine = await openTestEngine({
      start: (host) => host.registerType("scripted", () => Promise.reject(new Error("unused"))),
    });
    await occupy(engine);
    const gate = new Gate();
    const { id, job } = await engine.run({ getSerialized: () => "", stop: () => gate.pass() });
    await engine.host().cancelJob(id);
    await engine.drain();
    assert.deepEqual(job.trace, ["stop:canceled"]);
    gate.open();
    await engine.drain();
    assert.deepEqual(job.trace, ["stop:canceled", "finalize"]);
  });

  void it("leaves the slot to the others", async () => {
    await using engine = await openTestEngine();
    const open = await occupy(engine);
    const canceled = await engine.run({});
    const other = await engine.run({});
    await engine.host().cancelJob(canceled.id);
    open();
    await engine.until(other.id, "succeeded");
    assert.deepEqual(canceled.job.trace, ["stop:canceled"]);
  });
});

async function occupy(engine: TestEngine): Promise<() => void> {
  const gate = new Gate();
  await engine.run({ steps: [gate.before(proceed)] });
  await gate.reached;
  return () => gate.open();
}
