import assert from "node:assert/strict";
import { longestDelayMs } from "../../src/core/retry-policy.ts";
import { describe, it } from "node:test";
import type { StepResult } from "../../src/core/job-state.ts";
import { Gate } from "../../src/testing/index.ts";
import { openTestEngine } from "../support/engine-harness.ts";

const again: StepResult = {
  kind: "failure",
  error: { code: "BUSY_PEER", message: "later" },
  retryable: true,
};

void describe("a step that asks for a retry", () => {
  void it("is stepped again when the time is over, not before", async () => {
    await using engine = await openTestEngine();
    const { id, job } = await engine.run({ steps: [{ kind: "retry", afterMs: 250 }] });
    const told = await engine.until(id, "retrying");
    assert.equal(told.dueAt, engine.clock.now() + 250);
    await engine.advance(249);
    assert.deepEqual(job.trace, ["step", "stop:retry"]);
    await engine.advance(1);
    assert.deepEqual(job.trace, ["step", "stop:retry", "step", "stop:success", "finalize"]);
    assert.deepEqual(engine.states(id), ["running", "retrying", "pending", "running", "succeeded"]);
  });

  void it("without a time waits for the first delay of the policy", async () => {
    await using engine = await openTestEngine();
    const { id } = await engine.run({ steps: ["retry"] }, { backoff: { firstDelayMs: 70 } });
    assert.equal((await engine.until(id, "retrying")).dueAt, engine.clock.now() + 70);
  });

  void it("may do so as often as it likes: it costs no attempt", async () => {
    await using engine = await openTestEngine();
    const retry = { kind: "retry", afterMs: 1 } as const;
    const { id, job } = await engine.run({ steps: [retry, retry, retry, retry] });
    for (let times = 0; times < 5; times += 1) {
      await engine.drain();
      await engine.advance(1);
    }
    assert.equal(job.steps, 5);
    assert.equal(engine.info(id).attempts, 0);
    assert.equal(engine.info(id).state, "succeeded");
  });

  void it("for ever gets a due time that is a date", async () => {
    await using engine = await openTestEngine();
    const forever = { kind: "retry", afterMs: Number.MAX_SAFE_INTEGER } as const;
    const { id } = await engine.run({ steps: [forever] });
    const { dueAt } = await engine.until(id, "retrying");
    assert.equal(dueAt, engine.clock.now() + longestDelayMs);
  });
});

void describe("a retryable failure", () => {
  void it("is tried again after delays that grow up to the cap, then fails", async () => {
    await using engine = await openTestEngine();
    const backoff = { firstDelayMs: 100, factor: 3, capMs: 500 };
    const steps = [again, again, again, again];
    const { id, job } = await engine.run({ steps }, { maxAttempts: 4, backoff });
    for (const [index, delay] of [100, 300, 500].entries()) {
      const { dueAt, attempts, lastError } = await engine.until(id, "retrying");
      assert.equal(dueAt, engine.clock.now() + delay);
      assert.equal(attempts, index + 1);
      assert.equal(lastError?.code, "BUSY_PEER");
      await engine.advance(delay);
    }
    const { state, error, attempts } = engine.info(id);
    assert.deepEqual([state, error?.code, attempts], ["failed", "BUSY_PEER", 4]);
    assert.deepEqual(job.trace.slice(-2), ["step", "stop:failure"]);
  });

  void it("fails at once by default", async () => {
    await using engine = await openTestEngine();
    const { id } = await engine.run({ steps: [again] });
    assert.equal((await engine.until(id, "failed")).attempts, 1);
  });

  void it("fails at once if it is not retryable, whatever attempts are left", async () => {
    await using engine = await openTestEngine();
    const { id } = await engine.run({ steps: ["failure"] }, { maxAttempts: 9 });
    assert.equal((await engine.until(id, "failed")).attempts, 0);
  });

  void it("takes the jitter off the delay", async () => {
    await using engine = await openTestEngine();
    const backoff = { firstDelayMs: 100, jitter: 0.4 };
    const { id } = await engine.run({ steps: [again] }, { maxAttempts: 2, backoff });
    assert.equal((await engine.until(id, "retrying")).dueAt, engine.clock.now() + 80);
  });

  void it("is an attempt also if the job is paused meanwhile", async () => {
    await using engine = await openTestEngine();
    const gate = new Gate();
    const { id, job } = await engine.run(
      { steps: [gate.before(again), again] },
      { maxAttempts: 2 },
    );
    await gate.reached;
    await engine.host().pauseJob(id);
    gate.open();
    assert.equal((await engine.until(id, "paused")).attempts, 1);
    await engine.host().resumeJob(id);
    await engine.until(id, "failed");
    assert.deepEqual(job.trace, ["step", "stop:paused", "step", "stop:failure"]);
  });
});

void describe("a job that waits to retry", () => {
  void it("is not woken any more when it is paused, and runs at once when resumed", async () => {
    await using engine = await openTestEngine();
    const { id, job } = await engine.run({ steps: [{ kind: "retry", afterMs: 50 }] });
    await engine.until(id, "retrying");
    await engine.host().pauseJob(id);
    await engine.advance(100);
    assert.equal(job.steps, 1);
    await engine.host().resumeJob(id);
    await engine.until(id, "succeeded");
  });

  void it("cannot be resumed: that is for paused jobs", async () => {
    await using engine = await openTestEngine();
    const { id } = await engine.run({ steps: ["retry"] });
    await engine.until(id, "retrying");
    await assert.rejects(engine.host().resumeJob(id), { code: "WRONG_STATE" });
  });
});
