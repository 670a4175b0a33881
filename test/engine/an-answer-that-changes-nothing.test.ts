import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Gate, type Script } from "../../src/testing/index.ts";
import { openTestEngine } from "../support/engine-harness.ts";
import { StoreDouble } from "../support/store-double.ts";

const saved: Script = { steps: ["success"], getSerialized: () => "state" };

void describe("a call that finds the job as it is to be", () => {
  void it("is answered when that is committed, not before", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    const gate = new Gate();
    await engine.run({ steps: [gate.before({ kind: "success" })] });
    await gate.reached;
    const { id } = await engine.run(saved);
    await engine.drain();
    store.hold();
    const answered: string[] = [];
    const calls = [1, 2].map(async (n) => {
      await engine.host().pauseJob(id);
      answered.push(`pause ${n}`);
    });
    await engine.drain();
    assert.deepEqual(answered, []);
    store.release();
    await Promise.all(calls);
    assert.deepEqual(answered, ["pause 1", "pause 2"]);
    gate.open();
  });

  void it("is refused when the store refuses it again", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    const gate = new Gate();
    await engine.run({ steps: [gate.before({ kind: "success" })] });
    await gate.reached;
    const { id } = await engine.run(saved);
    await engine.drain();
    store.refuse(2);
    await assert.rejects(engine.host().pauseJob(id), { code: "STORE_FAILED" });
    await assert.rejects(engine.host().pauseJob(id), { code: "STORE_FAILED" });
    await engine.host().pauseJob(id);
    assert.equal(store.records.get(engine.info(id).id as never)?.state.kind, "paused");
    gate.open();
  });
});
