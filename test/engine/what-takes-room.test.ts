import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JobEngineError } from "../../src/core/errors.ts";
import { Gate, ScriptedJob } from "../../src/testing/index.ts";
import { openTestEngine } from "../support/engine-harness.ts";
import { isFull, openFullEngine, saved } from "../support/full-engine.ts";
import { StoreDouble } from "../support/store-double.ts";

void describe("room for waiting jobs is taken", () => {
  void it("by jobs that are resumed, resubmitted, or tried again, which do not wait for it", async () => {
    await using engine = await openFullEngine(3);
    const paused = await engine.host().pauseJob(String(engine.waiting[0]));
    assert.equal(paused, undefined);
    await engine.host().cancelJob(String(engine.waiting[1]));
    await engine.run({}, { noWait: true });
    await engine.run({}, { noWait: true });
    await engine.host().resumeJob(String(engine.waiting[0]));
    await engine.host().resubmitJob(String(engine.waiting[1]));
    await engine.host().cancelJob(String(engine.waiting[2]));
    await engine.host().cancelJob(String(engine.waiting[1]));
    await isFull(engine);
    await engine.host().cancelJob(String(engine.waiting[0]));
    await engine.run({}, { noWait: true });
    await isFull(engine);
    await engine.open();
  });

  void it("anew by a job that waits to be tried again, when it is due", async () => {
    await using engine = await openTestEngine({ limitJobs: 1 });
    const retrying = await engine.run({ steps: [{ kind: "retry", afterMs: 100 }] });
    await engine.until(retrying.id, "retrying");
    const gate = new Gate();
    await engine.run({ steps: [gate.before({ kind: "success" })] });
    await gate.reached;
    await engine.advance(100);
    await isFull(engine);
    gate.open();
    await engine.until(retrying.id, "succeeded");
    await engine.run({}, { noWait: true });
  });
});

void describe("a submit that fails", () => {
  void it("leaves its room to the next", async () => {
    const store = new StoreDouble();
    await using engine = await openFullEngine(3, store);
    await engine.host().cancelJob(String(engine.waiting[0]));
    store.refuse();
    const handle = engine.host().createJob(new ScriptedJob(saved).descriptor);
    await assert.rejects(engine.host().submitJob(handle), { code: "STORE_FAILED" });
    engine.host().freeJob(handle);
    await engine.run(saved, { noWait: true });
    await isFull(engine);
    await engine.open();
  });
});

void describe("after a restart", () => {
  void it("jobs that were read back count, and start does not wait for them", async () => {
    const store = new StoreDouble();
    const first = await openFullEngine(2, store);
    await first.close();
    const found = new StoreDouble([...store.records.values()]);
    const why: string[] = [];
    await using engine = await openTestEngine({
      limitJobs: 2,
      store: found,
      start: (host) => {
        const handle = host.createJob(new ScriptedJob().descriptor);
        void host.submitJob(handle).catch(({ code }: JobEngineError) => {
          why.push(code);
          host.freeJob(handle);
        });
      },
    });
    await engine.drain();
    assert.deepEqual(why, ["QUEUE_FULL"]);
  });
});
