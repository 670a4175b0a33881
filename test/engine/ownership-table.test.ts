import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Gate, ScriptedJob } from "../../src/testing/index.ts";
import { openTestEngine, type TestEngine } from "../support/engine-harness.ts";
import { StoreDouble } from "../support/store-double.ts";

const saved = { getSerialized: () => "its state" };

void describe("a payload whose job was freed", () => {
  void it("is finalized before the call returns", async () => {
    await using engine = await openTestEngine();
    const job = new ScriptedJob();
    engine.host().freeJob(engine.host().createJob(job.descriptor));
    assert.deepEqual(job.trace, ["finalize"]);
    assert.deepEqual(engine.engine.payloads, { created: 1, finalized: 1, live: 0, owned: 0 });
  });

  void it("is gone even if its finalize throws, which is told", async () => {
    await using engine = await openTestEngine();
    const job = new ScriptedJob({
      finalize: () => {
        throw new Error("no way");
      },
    });
    engine.host().freeJob(engine.host().createJob(job.descriptor));
    assert.deepEqual(engine.logged, ['finalize of a "scripted" job threw: no way']);
  });
});

void describe("a payload the engine took over", () => {
  void it("is finalized after the commit of its success, not before", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    const gate = new Gate();
    const { job } = await engine.run({
      ...saved,
      steps: [gate.before({ kind: "continue" } as const)],
    });
    await gate.reached;
    store.hold();
    gate.open();
    await engine.drain();
    assert.deepEqual(job.trace, ["step", "step", "stop:success"]);
    store.release();
    await engine.drain();
    assert.equal(job.trace.at(-1), "finalize");
  });

  void it("is finalized at once when it failed and can be revived", async () => {
    await using engine = await openTestEngine({ start: revivable });
    const { id, job } = await engine.run({ ...saved, steps: ["failure"] });
    await engine.until(id, "failed");
    await engine.drain();
    assert.deepEqual(job.trace, ["step", "stop:failure", "finalize"]);
  });

  void it("is kept when it failed and cannot be revived", async () => {
    await using engine = await openTestEngine();
    const job = await failed(engine);
    assert.deepEqual(job.trace, ["step", "stop:failure"]);
    assert.deepEqual(engine.engine.payloads, { created: 1, finalized: 0, live: 0, owned: 1 });
  });
});

void describe("the payload of a failed job that was kept", () => {
  void it("is finalized when the job is deleted", async () => {
    await using engine = await openTestEngine();
    const job = await failed(engine);
    await engine.host().deleteJob(job.id);
    assert.equal(job.trace.at(-1), "finalize");
  });

  void it("is finalized when the job leaves the history", async () => {
    await using engine = await openTestEngine({ history: { failed: 1 } });
    const first = await failed(engine);
    await failed(engine);
    assert.equal(first.trace.at(-1), "finalize");
  });

  void it("is finalized when the job, resubmitted, has succeeded", async () => {
    await using engine = await openTestEngine();
    const job = await failed(engine);
    await engine.host().resubmitJob(job.id);
    await engine.until(job.id, "succeeded");
    await engine.drain();
    assert.deepEqual(job.trace.slice(2), ["reset", "step", "stop:success", "finalize"]);
  });

  void it("is finalized at closing", async () => {
    await using engine = await openTestEngine();
    const job = await failed(engine);
    await engine.close();
    assert.deepEqual(job.trace, ["step", "stop:failure", "finalize"]);
  });
});

void describe("a payload that was never submitted", () => {
  void it("is finalized when its plugin is closed, with one warning for each type", async () => {
    await using engine = await openTestEngine();
    const jobs = ["a", "a", "b"].map((type) => new ScriptedJob({ type }));
    for (const job of jobs) engine.host("lossy").createJob(job.descriptor);
    engine.host("other").createJob(new ScriptedJob().descriptor);
    engine.engine.closePlugin("lossy");
    assert.deepEqual(
      jobs.map(({ trace }) => trace),
      [["finalize"], ["finalize"], ["finalize"]],
    );
    assert.deepEqual(engine.logged, [
      '2 "a" jobs of plugin "lossy" finalized when it was stopped: submit or free each job',
      'a "b" job of plugin "lossy" finalized when it was stopped: submit or free each job',
    ]);
  });
});

function revivable(host: ReturnType<TestEngine["host"]>): void {
  host.registerType("scripted", () => host.createJob(new ScriptedJob(saved).descriptor));
}

async function failed(engine: TestEngine): Promise<ScriptedJob & { id: string }> {
  const { id, job } = await engine.run({ steps: ["failure"], reset: () => undefined });
  await engine.until(id, "failed");
  await engine.drain();
  return Object.assign(job, { id });
}
