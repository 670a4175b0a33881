import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { systemClock } from "../../src/adapters/system-clock.ts";
import type { JobRun } from "../../src/ports/job.ts";
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

  void it("is shown with its old priority until the last of several new ones is committed", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    const host = engine.host();
    const job = new ScriptedJob({ getSerialized: () => "state" });
    const id = await engine.submit(job, { startAfterMs: 60_000, priority: 1 });
    store.hold();
    const changes = [2, 3].map((priority) => host.setPriority(id, priority));
    await engine.drain();
    assert.equal(host.jobInfo(id).priority, 1);
    store.release();
    await Promise.all(changes);
    assert.equal(host.jobInfo(id).priority, 3);
  });

  void it("has a deleted output until that is committed, and a new one from then on", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    const gate = new Gate();
    const put = async (run: JobRun): Promise<unknown> => {
      await gate.pass();
      await run.putOutput("report", "text/plain", "done");
      return { kind: "success" };
    };
    const { id } = await engine.run({ steps: [put], getSerialized: () => "state" });
    await gate.reached;
    await engine.drain();
    store.hold();
    gate.open();
    await until(() => store.waiting > 0);
    assert.deepEqual(engine.info(id).outputs, []);
    store.release();
    await engine.until(id, "succeeded");
    store.hold();
    const deleted = engine.engine.deleteOutput(id, "report");
    await engine.drain();
    assert.equal(engine.info(id).outputs.length, 1);
    const bytes = await engine.engine.jobOutput(id, "report").read();
    for await (const part of bytes) assert.equal(Buffer.from(part).toString(), "done");
    store.release();
    await deleted;
    assert.throws(() => engine.engine.jobOutput(id, "report"), { code: "NOT_FOUND" });
  });
});

/** Files take time that is not the clock's. */
async function until(isSo: () => boolean): Promise<void> {
  // oxlint-disable-next-line no-await-in-loop -- it waits for the disk
  while (!isSo()) await systemClock.yield();
}
