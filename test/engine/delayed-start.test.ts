import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { StepResult } from "../../src/core/job-state.ts";
import type { PluginHost } from "../../src/ports/plugin.ts";
import { ScriptedJob } from "../../src/testing/index.ts";
import { openTestEngine } from "../support/engine-harness.ts";
import { StoreDouble } from "../support/store-double.ts";

const success: StepResult = { kind: "success" };

void describe("a job with a delayed start", () => {
  void it("is pending until its time, and keeps nobody waiting", async () => {
    await using engine = await openTestEngine();
    const delayed = await engine.run({}, { startAfterMs: 1_000, priority: 9 });
    const other = await engine.run({});
    await engine.until(other.id, "succeeded");
    await engine.advance(999);
    assert.equal(engine.info(delayed.id).state, "pending");
    assert.deepEqual(delayed.job.trace, []);
    await engine.advance(1);
    await engine.until(delayed.id, "succeeded");
  });

  void it("waits no longer than was asked for, although the clock is set back meanwhile", async () => {
    await using engine = await openTestEngine();
    const { id } = await engine.run({}, { startAfterMs: 1_000 });
    await engine.advance(500);
    engine.clock.jump(-3_600_000);
    await engine.advance(499);
    assert.equal(engine.info(id).state, "pending");
    await engine.advance(1_500);
    assert.equal(engine.info(id).state, "succeeded");
  });

  void it("takes its place by priority and age when it is due", async () => {
    await using engine = await openTestEngine();
    const names: string[] = [];
    const note = (name: string) => (): StepResult => (names.push(name), success);
    await engine.run({ steps: [note("first")] }, { startAfterMs: 50 });
    await engine.run({ steps: [{ kind: "retry", afterMs: 50 }, note("older")] });
    await engine.run({ steps: [note("high")] }, { startAfterMs: 50, priority: 1 });
    await engine.drain();
    await engine.advance(50);
    assert.deepEqual(names.toSorted(), ["first", "high", "older"]);
    assert.ok(names.indexOf("high") < 2);
  });

  void it("waits on when it is paused, resumed, or given another priority", async () => {
    await using engine = await openTestEngine();
    const { id } = await engine.run({}, { startAfterMs: 100 });
    await engine.host().pauseJob(id);
    await engine.advance(60);
    await engine.host().resumeJob(id);
    await engine.host().setPriority(id, 3);
    await engine.advance(39);
    assert.equal(engine.info(id).state, "pending");
    await engine.advance(1);
    await engine.until(id, "succeeded");
  });

  void it("may start at once when it is resumed after its time", async () => {
    await using engine = await openTestEngine();
    const { id } = await engine.run({}, { startAfterMs: 100 });
    await engine.host().pauseJob(id);
    await engine.advance(100);
    assert.equal(engine.info(id).state, "paused");
    await engine.host().resumeJob(id);
    await engine.until(id, "succeeded");
  });

  void it("never starts when it was canceled; resubmitted, it starts at once", async () => {
    await using engine = await openTestEngine();
    const { id, job } = await engine.run({ reset: () => undefined }, { startAfterMs: 100 });
    await engine.host().cancelJob(id);
    assert.equal(engine.clock.alarms, 0);
    await engine.advance(500);
    assert.deepEqual(job.trace, ["stop:canceled"]);
    const again = await engine.run({ reset: () => undefined }, { startAfterMs: 100 });
    await engine.host().cancelJob(again.id);
    await engine.host().resubmitJob(again.id);
    assert.equal((await engine.until(again.id, "succeeded")).startAt, null);
  });

  void it("needs one alarm with all others, and none once they are due", async () => {
    await using engine = await openTestEngine();
    const none = engine.clock.alarms;
    for (const startAfterMs of [300, 100, 200, 100]) await engine.run({}, { startAfterMs });
    assert.equal(engine.clock.alarms, none + 1);
    await engine.advance(100);
    assert.equal(engine.engine.jobs().filter(({ state }) => state === "succeeded").length, 2);
    await engine.advance(200);
    assert.equal(engine.clock.alarms, none);
  });
});

const start = (host: PluginHost): void =>
  host.registerType("scripted", () => host.createJob(new ScriptedJob().descriptor));

void describe("after a restart, a job with a delayed start", () => {
  void it("still waits for its time", async () => {
    const { records } = await stored();
    await using engine = await openTestEngine({
      store: new StoreDouble([...records.values()]),
      start,
    });
    const [id = ""] = records.keys();
    await engine.advance(59_999);
    assert.equal(engine.info(id).state, "pending");
    await engine.advance(1);
    await engine.until(id, "succeeded");
  });
});

/** What a store has of it after its host was closed before the job was due. */
async function stored(): Promise<StoreDouble> {
  const store = new StoreDouble();
  const engine = await openTestEngine({ store });
  await engine.run({ getSerialized: () => "state" }, { startAfterMs: 60_000 });
  await engine.close();
  assert.equal(engine.clock.alarms, 0);
  return store;
}
