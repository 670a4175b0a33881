import assert from "node:assert/strict";
import { describe, it } from "node:test";
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
});
