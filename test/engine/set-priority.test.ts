import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Gate } from "../../src/testing/index.ts";
import { openTestEngine } from "../support/engine-harness.ts";
import { StoreDouble } from "../support/store-double.ts";

void describe("a new priority", () => {
  for (const priority of [1.5, 2 ** 31, -(2 ** 31) - 1, Number.NaN, "1", null]) {
    void it(`is refused if it is no int32: ${JSON.stringify(priority)}`, async () => {
      await using engine = await openTestEngine();
      const { id } = await engine.run({ steps: ["retry"] });
      const change = engine.host().setPriority(id, priority as number);
      await assert.rejects(change, { code: "INVALID_ARGUMENT" });
      assert.equal(engine.info(id).priority, 0);
    });
  }

  void it("is refused for a finished job", async () => {
    await using engine = await openTestEngine();
    const { id } = await engine.run({});
    await engine.until(id, "succeeded");
    await assert.rejects(engine.host().setPriority(id, 1), { code: "WRONG_STATE" });
  });

  void it("is stored, and counts when a paused, retrying or running job waits again", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    const host = engine.host();
    const names: string[] = [];
    const named = (name: string) => () => names.push(name) > 0 && { kind: "success" };
    const gate = new Gate();
    const running = await engine.run({
      steps: [gate.before({ kind: "retry", afterMs: 10 } as const), named("running")],
    });
    await gate.reached;
    const paused = await engine.run({ steps: [named("paused")] });
    await host.pauseJob(paused.id);
    await host.setPriority(running.id, 1);
    await host.setPriority(paused.id, 2);
    const stored = [...store.records.values()].map(({ priority }) => priority);
    assert.deepEqual(stored, [1, 2]);
    gate.open();
    await engine.until(running.id, "retrying");
    const second = new Gate();
    await engine.run({ steps: [second.before({ kind: "success" } as const)] });
    await second.reached;
    await engine.run({ steps: [named("plain")] });
    await engine.advance(10);
    await host.resumeJob(paused.id);
    second.open();
    await engine.drain();
    assert.deepEqual(names, ["paused", "running", "plain"]);
  });
});
