import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JobRun, SubmitOptions } from "../../src/ports/job.ts";
import { Gate } from "../../src/testing/index.ts";
import { openTestEngine } from "../support/engine-harness.ts";

const proceed = { kind: "continue" } as const;
const limited: SubmitOptions = { stepTimeoutMs: 100 };
const error = { code: "STEP_TIMED_OUT", message: "The step took longer than 100 ms" };

void describe("a step that takes too long", () => {
  void it("is told by its signal, and fails its job when it obeys", async () => {
    await using engine = await openTestEngine();
    const told: string[] = [];
    const { id, job } = await engine.run({ steps: [obey(told)] }, limited);
    await engine.until(id, "running");
    await engine.advance(99);
    assert.deepEqual(told, ["nothing"]);
    await engine.advance(1);
    assert.deepEqual(told, ["nothing", "timed-out"]);
    const end = await engine.until(id, "failed");
    assert.deepEqual([end.error, end.attempts, end.detached], [error, 1, false]);
    assert.deepEqual(job.trace, ["step", "stop:timed-out"]);
  });

  void it("uses up one attempt, like a failure that can be tried again", async () => {
    await using engine = await openTestEngine();
    const options = { ...limited, maxAttempts: 2, backoff: { firstDelayMs: 10 } };
    const { id, job } = await engine.run({ steps: [obey(), "success"] }, options);
    await engine.until(id, "running");
    await engine.advance(100);
    const retrying = await engine.until(id, "retrying");
    assert.deepEqual([retrying.lastError, retrying.attempts], [error, 1]);
    await engine.advance(10);
    await engine.until(id, "succeeded");
    assert.deepEqual(job.trace.slice(0, 4), ["step", "stop:retry", "step", "stop:success"]);
  });

  void it("is tried again with the jitter taken off the delay, as after any failure", async () => {
    await using engine = await openTestEngine();
    const options = { ...limited, maxAttempts: 2, backoff: { firstDelayMs: 1_000, jitter: 0.4 } };
    const { id } = await engine.run({ steps: [obey()] }, options);
    await engine.until(id, "running");
    await engine.advance(100);
    // Chance says one half.
    assert.equal((await engine.until(id, "retrying")).dueAt, engine.clock.now() + 800);
  });

  void it("keeps what it has finished", async () => {
    await using engine = await openTestEngine({ slots: 2 });
    const own = { kind: "failure", error: { code: "OWN", message: "own" }, retryable: false };
    for (const [result, state] of [
      [{ kind: "success" }, "succeeded"],
      [own, "failed"],
    ] as const) {
      const gate = new Gate();
      const { id } = await engine.run({ steps: [gate.before(result as never)] }, limited);
      await gate.reached;
      await engine.advance(4_000);
      gate.open();
      assert.notEqual((await engine.until(id, state)).error?.code, "STEP_TIMED_OUT");
    }
  });

  void it("is paused or canceled if that was asked", async () => {
    await using engine = await openTestEngine();
    for (const [ask, state] of [
      ["pauseJob", "paused"],
      ["cancelJob", "failed"],
    ] as const) {
      const gate = new Gate();
      const options = { ...limited, maxAttempts: 2 };
      const { id } = await engine.run({ steps: [gate.before(proceed)] }, options);
      await gate.reached;
      await engine.host()[ask](id);
      await engine.advance(100);
      gate.open();
      const { error: end, lastError } = await engine.until(id, state);
      assert.deepEqual(
        [end?.code, lastError?.code],
        [state === "failed" ? "JOB_CANCELED" : undefined, "STEP_TIMED_OUT"],
      );
    }
  });

  void it("is judged when it returns, if it let nobody look at the clock", async () => {
    await using engine = await openTestEngine();
    const busy = (): unknown => {
      engine.clock.advance(0);
      return proceed;
    };
    const slow = (): unknown => {
      // A step that computes: no alarm can ring meanwhile.
      const elapsed = engine.clock.elapsed();
      engine.clock.elapsed = () => elapsed + 100;
      return proceed;
    };
    const { id, job } = await engine.run({ steps: [busy, slow] }, limited);
    assert.deepEqual((await engine.until(id, "failed")).error, error);
    assert.deepEqual(job.trace, ["step", "step", "stop:timed-out"]);
  });

  void it("is measured anew with each step, and not at all without a limit", async () => {
    await using engine = await openTestEngine({ slots: 2 });
    const tick = async (run: JobRun): Promise<unknown> => {
      engine.clock.advance(60);
      await engine.clock.yield();
      assert.equal(run.shouldStop(), "nothing");
      return proceed;
    };
    const { id } = await engine.run({ steps: [tick, tick, tick] }, limited);
    await engine.until(id, "succeeded");
    const gate = new Gate();
    const unlimited = await engine.run({ steps: [gate.before(proceed)] });
    await gate.reached;
    await engine.advance(1_000_000);
    gate.open();
    await engine.until(unlimited.id, "succeeded");
  });

  void it("has a limit that is a time", async () => {
    await using engine = await openTestEngine();
    for (const stepTimeoutMs of [-1, Number.NaN, Infinity, "1"]) {
      const options = { stepTimeoutMs } as SubmitOptions;
      await assert.rejects(engine.run({}, options), { code: "INVALID_ARGUMENT" });
    }
  });
});

/** A step that waits for its signal; `told` gets what shouldStop says before and after. */
function obey(told: string[] = []): (run: JobRun) => Promise<unknown> {
  return async (run) => {
    told.push(run.shouldStop());
    await new Promise((resolve) => run.signal.addEventListener("abort", resolve));
    told.push(run.shouldStop());
    throw run.signal.reason;
  };
}
