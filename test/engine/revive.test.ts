import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JobRecord } from "../../src/core/job-record.ts";
import { notMine } from "../../src/ports/job.ts";
import type { PluginHost, Revive } from "../../src/ports/plugin.ts";
import { ScriptedJob } from "../../src/testing/index.ts";
import { openTestEngine, type TestEngine } from "../support/engine-harness.ts";
import { idOf, recordOf, savedRecordOf } from "../support/records.ts";
import { StoreDouble } from "../support/store-double.ts";

void describe("a job that was found in the store", () => {
  void it("is revived from its last state and runs", async () => {
    const job = new ScriptedJob({ getSerialized: () => "state" });
    const states: string[] = [];
    await using engine = await reopened([savedRecordOf(1, "saved")], (host) => (_type, state) => {
      states.push(new TextDecoder().decode(state));
      return host.createJob(job.descriptor);
    });
    await engine.until(idOf(1), "succeeded");
    await engine.drain();
    assert.deepEqual(states, ["saved"]);
    assert.deepEqual(job.trace, ["step", "stop:success", "finalize"]);
  });

  void it("waits for its type, and starts when that is registered", async () => {
    await using engine = await reopened([savedRecordOf(1, "saved")]);
    await engine.drain();
    assert.deepEqual(
      [engine.info(idOf(1)).state, engine.info(idOf(1)).waitsForType],
      ["pending", true],
    );
    const host = engine.host();
    host.registerType("scripted", () => host.createJob(new ScriptedJob().descriptor));
    await engine.until(idOf(1), "succeeded");
  });

  void it("does not keep others from running while it waits for its type", async () => {
    await using engine = await reopened([savedRecordOf(1, "saved", { priority: 9 })]);
    await engine.until((await engine.run({})).id, "succeeded");
  });

  void it("waits as if nobody knew its type, if the plugin says it is not its own", async () => {
    await using engine = await reopened([savedRecordOf(1, "odd")], () => () => notMine);
    await engine.drain();
    const { state, waitsForType } = engine.info(idOf(1));
    assert.deepEqual([state, waitsForType], ["pending", true]);
    await engine.until((await engine.run({})).id, "succeeded");
  });

  void it("is canceled and deleted without any callback while it waits for its type", async () => {
    await using engine = await reopened([savedRecordOf(1, "saved"), savedRecordOf(2, "saved")]);
    await engine.host().cancelJob(idOf(1));
    assert.equal(engine.info(idOf(1)).error?.code, "JOB_CANCELED");
    await engine.host().deleteJob(idOf(1));
    assert.throws(() => engine.info(idOf(1)), { code: "NOT_FOUND" });
    assert.equal(engine.engine.payloads.created, 0);
  });

  void it("starts with a reset, if it was resubmitted and not begun", async () => {
    const job = new ScriptedJob({ reset: () => undefined, getSerialized: () => "" });
    const record = savedRecordOf(1, "saved", { canReset: true, resetDue: true });
    await using engine = await reopened([record], (host) => () => host.createJob(job.descriptor));
    await engine.until(idOf(1), "succeeded");
    assert.deepEqual(job.trace.slice(0, 2), ["reset", "step"]);
  });

  void it("that ran is pending again, unless a request was committed", async () => {
    await using engine = await reopened([
      running(1, "nothing"),
      running(2, "pause"),
      running(3, "cancel"),
      recordOf(4, { state: { kind: "running", requested: "nothing" } }),
    ]);
    const states = engine.engine.jobs().map(({ state, error }) => error?.code ?? state);
    assert.deepEqual(states, ["pending", "paused", "JOB_CANCELED", "NOT_SAVED"]);
  });

  void it("that waits to retry keeps its due time", async () => {
    const dueAt = 1_700_000_000_500;
    const record = savedRecordOf(1, "saved", { state: { kind: "retrying", dueAt } });
    await using engine = await reopened(
      [record],
      (host) => () => host.createJob(new ScriptedJob().descriptor),
    );
    await engine.advance(499);
    assert.equal(engine.info(idOf(1)).dueAt, dueAt);
    await engine.advance(1);
    assert.equal(engine.info(idOf(1)).state, "succeeded");
  });

  void it("stands in the list in the order of submission, whatever its state", async () => {
    const done = { state: { kind: "succeeded" } } as const;
    await using engine = await reopened([
      recordOf(1, { ...done, changedAt: 9 }),
      savedRecordOf(2, "saved"),
      recordOf(3, { ...done, changedAt: 4 }),
    ]);
    assert.deepEqual(
      engine.engine.jobs().map(({ id }) => id),
      [1, 2, 3].map(idOf),
    );
  });
});

function running(count: number, requested: "nothing" | "pause" | "cancel"): JobRecord {
  return savedRecordOf(count, "saved", { state: { kind: "running", requested } });
}

function reopened(
  found: readonly JobRecord[],
  revive?: (host: PluginHost) => Revive,
): Promise<TestEngine> {
  const start = (host: PluginHost): void => {
    if (revive !== undefined) host.registerType("scripted", revive(host));
  };
  return openTestEngine({ store: new StoreDouble(found), start });
}
