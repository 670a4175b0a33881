import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { StepResult } from "../../src/core/job-state.ts";
import type { JobRun } from "../../src/ports/job.ts";
import { openTestEngine } from "../support/engine-harness.ts";
import { StoreDouble } from "../support/store-double.ts";

const aborted = { code: "ABORTED", message: "the association was aborted" };
const failure: StepResult = { kind: "failure", error: aborted, retryable: true };

/** A step that fails as soon as it is asked to stop, as one does whose connection is cut. */
const cutShort = async (run: JobRun): Promise<StepResult> => {
  await new Promise((resolve) => run.signal.addEventListener("abort", resolve));
  return failure;
};

void describe("a step that fails because the host closes", () => {
  void it("costs no attempt of a job that was to be paused, either: it is paused", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    const gate = Promise.withResolvers<StepResult>();
    const { id, job } = await engine.run({
      steps: [() => gate.promise],
      getSerialized: () => "state",
    });
    await engine.until(id, "running");
    await engine.engine.pauseJob(id);
    const closing = engine.engine.close();
    gate.resolve(failure);
    await closing;
    assert.deepEqual(job.trace, ["step", "stop:closing", "finalize"]);
    const [record] = store.records.values();
    assert.deepEqual(record?.state, { kind: "paused" });
    assert.deepEqual([record.attempts, record.lastError], [0, null]);
  });

  for (const maxAttempts of [1, 3]) {
    void it(`costs none of ${maxAttempts} attempts: its job goes on at the next start`, async () => {
      const store = new StoreDouble();
      await using engine = await openTestEngine({ store });
      const { id, job } = await engine.run(
        { steps: [cutShort], getSerialized: () => "state" },
        { maxAttempts },
      );
      await engine.until(id, "running");
      await engine.engine.close();
      assert.deepEqual(job.trace, ["step", "stop:closing", "finalize"]);
      const [record] = store.records.values();
      assert.deepEqual(record?.state, { kind: "pending" });
      assert.deepEqual([record.attempts, record.lastError], [0, null]);
    });
  }
});
