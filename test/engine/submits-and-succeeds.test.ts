import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ScriptedJob } from "../../src/testing/index.ts";
import { openTestEngine } from "../support/engine-harness.ts";
import { StoreDouble } from "../support/store-double.ts";

void describe("a submitted job", () => {
  void it("is stepped until it succeeds, stopped and finalized", async () => {
    await using engine = await openTestEngine();
    const { id, job } = await engine.run({ steps: ["continue", "continue", "success"] });
    const told = await engine.until(id, "succeeded");
    await engine.drain();
    assert.deepEqual(job.trace, ["step", "step", "step", "stop:success", "finalize"]);
    assert.equal(told.progress, 1);
    assert.deepEqual(engine.states(id), ["running", "succeeded"]);
  });

  void it("is told to observers before its start", async () => {
    await using engine = await openTestEngine();
    const { id } = await engine.run({});
    await engine.until(id, "succeeded");
    const kinds = engine.events.map(({ kind }) => kind);
    assert.deepEqual(kinds, ["submitted", "changed", "changed"]);
  });

  void it("is what its caller asked for", async () => {
    await using engine = await openTestEngine();
    const script = { type: "counting", getContent: () => ({ at: 7 }), getProgress: () => 0.25 };
    const { id } = await engine.run(script, { priority: -3, maxAttempts: 4 });
    const { type, plugin, priority, maxAttempts, content, createdAt } = engine.info(id);
    assert.deepEqual(
      { type, plugin, priority, maxAttempts, content, createdAt },
      {
        type: "counting",
        plugin: "test",
        priority: -3,
        maxAttempts: 4,
        content: { at: 7 },
        createdAt: engine.clock.now(),
      },
    );
  });

  void it("runs in a store that keeps it, and is kept as succeeded", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    const { id } = await engine.run({ getSerialized: () => "one" });
    await engine.until(id, "succeeded");
    const [record] = store.records.values();
    assert.equal(record?.id, id);
    assert.equal(record.state.kind, "succeeded");
  });

  void it("counts the time spent in its steps and no other", async () => {
    await using engine = await openTestEngine();
    const takes = (ms: number) => () => {
      engine.clock.advance(ms);
      return { kind: "continue" };
    };
    const wait = { kind: "retry", afterMs: 500 } as const;
    const { id } = await engine.run({ steps: [takes(30), takes(12), wait] });
    await engine.until(id, "retrying");
    await engine.advance(500);
    assert.equal(engine.info(id).runtimeMs, 42);
  });
});

void describe("submit and wait", () => {
  void it("answers with the job as it ended", async () => {
    await using engine = await openTestEngine();
    const host = engine.host();
    const job = new ScriptedJob({ steps: ["failure"] });
    const end = await host.submitJobAndWait(host.createJob(job.descriptor));
    assert.equal(end.state, "failed");
    assert.deepEqual(end.error, { code: "SCRIPTED", message: "The script says so" });
  });

  void it("answers also if no finished job is remembered", async () => {
    await using engine = await openTestEngine({ history: { succeeded: 0 } });
    const host = engine.host();
    const end = await host.submitJobAndWait(host.createJob(new ScriptedJob().descriptor));
    assert.equal(end.state, "succeeded");
    assert.throws(() => engine.info(end.id), { code: "NOT_FOUND" });
  });
});
