import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Gate, ScriptedJob } from "../../src/testing/index.ts";
import { openTestEngine } from "../support/engine-harness.ts";
import { StoreDouble } from "../support/store-double.ts";

const drainTimeoutMs = 30;

void describe("a reset that ends after the engine has closed without it", () => {
  for (const [how, end] of [
    ["returns", (): void => undefined],
    ["throws", (): never => assert.fail("too late")],
  ] as const) {
    void it(`is followed by no step when it ${how}`, async () => {
      const store = new StoreDouble();
      await using engine = await openTestEngine({ store, drainTimeoutMs });
      const gate = new Gate();
      const reset = async (): Promise<void> => {
        await gate.pass();
        end();
      };
      const { id, job } = await engine.run({ steps: ["failure"], reset });
      await engine.until(id, "failed");
      await engine.drain();
      await engine.host().resubmitJob(id);
      await gate.reached;
      await engine.close();
      assert.match(engine.logged.join(), /1 of the running jobs still step after 30 ms/);
      await store.close();
      assert.deepEqual(job.trace, ["step", "stop:failure", "reset"]);
      gate.open();
      await engine.drain();
      assert.equal(job.steps, 1);
      assert.match(job.trace.slice(3).join(), /^stop:(?:closing|failure),finalize$/);
      assert.equal(store.askedWhenClosed, 0);
    });
  }

  void it("ends with closing, as a step would", async () => {
    await using engine = await openTestEngine({ drainTimeoutMs });
    const gate = new Gate();
    const { id, job } = await engine.run({ steps: ["failure"], reset: () => gate.pass() });
    await engine.until(id, "failed");
    await engine.host().resubmitJob(id);
    await gate.reached;
    const closing = engine.engine.close();
    gate.open();
    await closing;
    assert.deepEqual(job.trace.slice(2), ["reset", "stop:closing", "finalize"]);
    assert.equal(engine.info(id).state, "pending");
  });
});

void describe("a revive that ends after the engine has closed without it", () => {
  void it("is followed by no step, and its payload is let go", async () => {
    await using engine = await openTestEngine({ drainTimeoutMs });
    const gate = new Gate();
    const again = new ScriptedJob({ getSerialized: () => "state" });
    const host = engine.host();
    host.registerType("scripted", async () => {
      const handle = host.createJob(again.descriptor);
      await gate.pass();
      return handle;
    });
    const { id } = await engine.run({ steps: ["failure"], getSerialized: () => "state" });
    await engine.until(id, "failed");
    await host.resubmitJob(id);
    await gate.reached;
    await engine.close();
    gate.open();
    await engine.drain();
    assert.deepEqual(again.trace, ["stop:closing", "finalize"]);
  });
});
