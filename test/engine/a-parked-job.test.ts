import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { notMine } from "../../src/ports/job.ts";
import type { PluginHost } from "../../src/ports/plugin.ts";
import { Gate, type Script } from "../../src/testing/index.ts";
import { openTestEngine } from "../support/engine-harness.ts";
import { ParkedJobs, unsaved } from "../support/parked-jobs.ts";
import { StoreDouble } from "../support/store-double.ts";

/** A job that keeps its payload, and one behind it that does not. */
async function opened(script?: Script): Promise<ParkedJobs> {
  const jobs = await ParkedJobs.open({ maxPayloads: 1 });
  await jobs.submit("kept");
  await jobs.submit("parked", script);
  assert.deepEqual(jobs.live, ["kept"]);
  return jobs;
}

const disowning = (host: PluginHost): void => host.registerType("scripted", () => notMine);

void describe("a parked job", () => {
  void it("is canceled, deleted and resubmitted, and nothing of it is called before it starts", async () => {
    await using jobs = await opened();
    const id = jobs.idOf("parked");
    await jobs.host.cancelJob(id);
    assert.equal(jobs.engine.info(id).error?.code, "JOB_CANCELED");
    await jobs.host.resubmitJob(id);
    assert.deepEqual(jobs.traces("parked"), ["finalize"]);
    await jobs.open();
    assert.deepEqual(jobs.started, ["kept", "parked"]);
    await jobs.host.deleteJob(id);
    assert.throws(() => jobs.engine.info(id), { code: "NOT_FOUND" });
  });

  void it("is paused and resumed without any callback", async () => {
    await using jobs = await opened();
    await jobs.host.pauseJob(jobs.idOf("parked"));
    await jobs.open();
    assert.equal(jobs.engine.info(jobs.idOf("parked")).state, "paused");
    assert.deepEqual(jobs.traces("parked"), ["finalize"]);
    await jobs.host.resumeJob(jobs.idOf("parked"));
    await jobs.engine.until(jobs.idOf("parked"), "succeeded");
  });

  void it("is revived before the others if its priority is raised above theirs", async () => {
    await using jobs = await opened();
    await jobs.host.setPriority(jobs.idOf("parked"), 1);
    assert.deepEqual(jobs.traces("parked"), ["finalize"]);
    await jobs.open();
    assert.deepEqual(jobs.started, ["parked", "kept"]);
  });

  void it("is reset after it was revived, if it was resubmitted", async () => {
    await using jobs = await opened({ reset: () => undefined });
    await jobs.host.cancelJob(jobs.idOf("parked"));
    await jobs.host.resubmitJob(jobs.idOf("parked"));
    await jobs.open();
    assert.deepEqual(jobs.traces("parked"), ["finalize", "reset step stop:success finalize"]);
  });

  void it("fails if it cannot be revived, and can be resubmitted", async () => {
    const refuse = { now: true };
    await using engine = await openTestEngine({
      maxPayloads: 1,
      start: (host) =>
        host.registerType("scripted", () => {
          if (refuse.now) throw new Error("not today");
          return host.createJob({
            type: "scripted",
            payload: 0,
            step: () => ({ kind: "success" }),
          });
        }),
    });
    const script = { getSerialized: () => "state" };
    const ids = await Promise.all([1, 2, 3].map(async () => (await engine.run(script)).id));
    const [, , last = ""] = ids;
    const { error } = await engine.until(last, "failed");
    assert.equal(error?.code, "CANNOT_REVIVE");
    refuse.now = false;
    await engine.host().resubmitJob(last);
    await engine.until(last, "succeeded");
  });

  void it("waits as if nobody knew its type, if the plugin says it is not its own", async () => {
    await using engine = await openTestEngine({ maxPayloads: 1, start: disowning });
    const script = { getSerialized: () => "state" };
    const ids = await Promise.all([1, 2, 3].map(async () => (await engine.run(script)).id));
    await engine.drain();
    assert.equal(engine.info(ids[2] ?? "").waitsForType, true);
  });

  void it("hears nothing of the closing", async () => {
    const jobs = await opened();
    await jobs[Symbol.asyncDispose]();
    assert.deepEqual(jobs.traces("parked"), ["finalize"]);
  });
});

void describe("a pending job is not parked", () => {
  void it("before its state is committed", async () => {
    const store = new StoreDouble();
    await using jobs = await ParkedJobs.open({ maxPayloads: 1, store });
    await jobs.submit("resumed", {}, { priority: -1 });
    await jobs.host.pauseJob(jobs.idOf("resumed"));
    await jobs.submit("kept");
    store.hold();
    const resumed = jobs.host.resumeJob(jobs.idOf("resumed"));
    await jobs.engine.drain();
    assert.deepEqual(jobs.live, ["resumed", "kept"]);
    store.release();
    await resumed;
    await jobs.engine.drain();
    assert.deepEqual(jobs.live, ["kept"]);
  });

  for (const fails of [true, false]) {
    void it(`after a run ${fails ? "whose state nobody knows" : "only if its state is known"}`, async () => {
      let isOver = false;
      const getSerialized = (): string => {
        if (isOver && fails) throw new Error("not now");
        return "again";
      };
      const fail = (): unknown => {
        isOver = true;
        return { kind: "failure", error: { code: "ODD", message: "odd" }, retryable: true };
      };
      await using jobs = await ParkedJobs.open({ maxPayloads: 1 });
      const retried = { maxAttempts: 2, backoff: { jitter: 0 }, priority: -1 };
      await jobs.submit("again", { getSerialized, steps: [fail] }, retried);
      await jobs.open();
      const gate = new Gate();
      await jobs.submit("slot 2", { ...unsaved, steps: [gate.before({ kind: "success" })] });
      await jobs.engine.advance(1_000);
      assert.equal(jobs.engine.info(jobs.idOf("again")).state, "pending");
      await jobs.submit("kept");
      assert.deepEqual(jobs.live, fails ? ["again", "kept"] : ["kept"]);
      gate.open();
      await jobs.engine.drain();
      assert.deepEqual(jobs.started, ["again", "kept", "again"]);
    });
  }
});
