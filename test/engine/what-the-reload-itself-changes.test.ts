import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openTestEngine } from "../support/engine-harness.ts";
import { idOf, recordOf, savedRecordOf } from "../support/records.ts";
import { StoreDouble } from "../support/store-double.ts";

const failed = { kind: "failed", error: { code: "OWN", message: "" } } as const;

void describe("a job whose state changes when its host is reopened", () => {
  void it("has changed then, and not when the one before last heard of it", async () => {
    const store = new StoreDouble([
      recordOf(1),
      savedRecordOf(2, "saved", { state: { kind: "running", requested: "cancel" } }),
      savedRecordOf(3, "saved", { state: { kind: "paused" }, changedAt: 7 }),
    ]);
    await using engine = await openTestEngine({ store });
    const changedAt = engine.engine.jobs().map((job) => job.changedAt);
    assert.deepEqual(changedAt, [engine.clock.now(), engine.clock.now(), 7]);
  });

  void it("is the last of the failures that are kept, and there are not too many at once", async () => {
    const store = new StoreDouble([
      recordOf(1),
      recordOf(2, { state: failed, changedAt: 5 }),
      recordOf(3, { state: failed, changedAt: 9 }),
    ]);
    await using engine = await openTestEngine({ store, history: { failed: 2 } });
    await engine.drain();
    const known = engine.engine.jobs().map(({ id, error }) => [id, error?.code]);
    assert.deepEqual(known, [
      [idOf(1), "NOT_SAVED"],
      [idOf(3), "OWN"],
    ]);
    assert.deepEqual([...store.records.keys()], [idOf(1), idOf(3)]);
  });
});
