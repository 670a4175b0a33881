import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JobId } from "../../src/core/job-id.ts";
import { maxStateBytes } from "../../src/core/limits.ts";
import type { JobRun } from "../../src/ports/job.ts";
import { openTestEngine } from "../support/engine-harness.ts";
import { StoreDouble } from "../support/store-double.ts";

const tooLarge = new Uint8Array(maxStateBytes + 1);

void describe("a serialized state that is too large", () => {
  void it("fails the job in words, keeps the state before it, and the job can start over", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    let state = new Uint8Array([1]);
    const grow = (): unknown => {
      state = tooLarge;
      return { kind: "retry", afterMs: 1 };
    };
    const { id } = await engine.run({
      steps: [grow],
      getSerialized: () => state,
      reset: () => void (state = new Uint8Array([2])),
    });
    const { error } = await engine.until(id, "failed");
    assert.deepEqual(error, {
      code: "TOO_LARGE",
      message: "the serialized state has 1048577 bytes, more than 1048576",
    });
    const stored = store.records.get(id as JobId);
    assert.deepEqual([stored?.currentState, stored?.submittedState], [one, one]);
    await engine.host().resubmitJob(id);
    await engine.until(id, "succeeded");
    assert.deepEqual(store.records.get(id as JobId)?.currentState, new Uint8Array([2]));
  });

  void it("is refused as a checkpoint, and the step may go on without", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    const { id } = await engine.run({ steps: [tryLarge], getSerialized: () => "1" });
    const { state, error } = await engine.until(id, "succeeded");
    assert.deepEqual([state, error], ["succeeded", null]);
    const stored = store.records.get(id as JobId);
    assert.deepEqual(Buffer.from(stored?.currentState ?? []).toString(), "small");
  });
});

const one = new Uint8Array([1]);

async function tryLarge(run: JobRun): Promise<unknown> {
  await assert.rejects(run.checkpoint(tooLarge), { code: "TOO_LARGE" });
  await run.checkpoint("small");
  return { kind: "success" };
}
