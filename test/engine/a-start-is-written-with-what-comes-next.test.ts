import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JobId } from "../../src/core/job-id.ts";
import { Gate } from "../../src/testing/index.ts";
import { openTestEngine } from "../support/engine-harness.ts";
import { StoreDouble } from "../support/store-double.ts";

const getSerialized = (): string => "state";

void describe("the start of a job", () => {
  void it("is not waited for: its steps go on while the store answers nothing", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    const { id, job } = await engine.run(
      { steps: ["continue", "continue"], getSerialized },
      { startAfterMs: 50 },
    );
    store.hold();
    await engine.advance(50);
    assert.deepEqual(engine.states(id).slice(0, 1), ["running"]);
    assert.ok(job.steps > 1, `${job.steps} steps`);
    store.release();
    await engine.until(id, "succeeded");
  });

  void it("is written with the next commit, whosever that is", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    const gate = new Gate();
    const { id } = await engine.run({ steps: [gate.before({ kind: "success" })], getSerialized });
    const other = await engine.run({ getSerialized });
    await gate.reached;
    const stored = (): string | undefined => store.records.get(id as JobId)?.state.kind;
    await engine.drain();
    assert.equal(stored(), "pending");
    await engine.host().pauseJob(other.id);
    assert.equal(stored(), "running");
    gate.open();
    await engine.until(id, "succeeded");
  });

  void it("is written soon even if nothing else is", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    const gate = new Gate();
    const { id } = await engine.run({ steps: [gate.before({ kind: "success" })], getSerialized });
    await gate.reached;
    await engine.advance(19);
    assert.equal(store.records.get(id as JobId)?.state.kind, "pending");
    await engine.advance(1);
    assert.equal(store.records.get(id as JobId)?.state.kind, "running");
    gate.open();
  });
});
