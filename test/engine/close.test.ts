import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JobRun } from "../../src/ports/job.ts";
import { Gate } from "../../src/testing/index.ts";
import { openTestEngine } from "../support/engine-harness.ts";
import { StoreDouble } from "../support/store-double.ts";

const proceed = { kind: "continue" } as const;

/** A step that ends when it is asked to stop, and notes what it was asked. */
const listening =
  (asked: string[]) =>
  async (run: JobRun): Promise<typeof proceed> => {
    await new Promise((resolve) => run.signal.addEventListener("abort", resolve));
    asked.push(run.shouldStop());
    return proceed;
  };

void describe("closing", () => {
  void it("asks a running step to stop, stops and finalizes its job, once", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    const asked: string[] = [];
    const { id, job } = await engine.run({
      steps: [listening(asked)],
      getSerialized: () => "so far",
    });
    await engine.until(id, "running");
    await engine.engine.close();
    assert.deepEqual(asked, ["closing"]);
    assert.deepEqual(job.trace, ["step", "stop:closing", "finalize"]);
    const [record] = store.records.values();
    assert.equal(record?.state.kind, "pending");
    assert.equal(new TextDecoder().decode(record.currentState ?? undefined), "so far");
  });

  void it("stops and finalizes what waits: pending, paused, retrying", async () => {
    await using engine = await openTestEngine();
    const retrying = await engine.run({ steps: ["retry"] });
    await engine.until(retrying.id, "retrying");
    await engine.run({ steps: [listening([])] });
    const pending = await engine.run({});
    const paused = await engine.run({});
    await engine.host().pauseJob(paused.id);
    await engine.engine.close();
    assert.deepEqual(retrying.job.trace, ["step", "stop:retry", "stop:closing", "finalize"]);
    assert.deepEqual(pending.job.trace, ["stop:closing", "finalize"]);
    assert.deepEqual(paused.job.trace, ["stop:closing", "finalize"]);
  });

  void it("finalizes a failed job that was kept, without a stop", async () => {
    await using engine = await openTestEngine();
    const { id, job } = await engine.run({ steps: ["failure"] });
    await engine.until(id, "failed");
    await engine.engine.close();
    assert.deepEqual(job.trace, ["step", "stop:failure", "finalize"]);
  });

  void it("saves what the getters say after the stop", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    let state = "before";
    const script = { stop: () => void (state = "after"), getSerialized: () => state };
    await engine.run({ steps: [listening([])] });
    const { id } = await engine.run(script);
    await engine.engine.close();
    const saved = [...store.records.values()].find((record) => record.id === id)?.currentState;
    assert.equal(new TextDecoder().decode(saved ?? undefined), "after");
  });

  void it("lets a step that is asked again and again to pause still be paused", async () => {
    await using engine = await openTestEngine();
    const gate = new Gate();
    const { id, job } = await engine.run({ steps: [gate.before(proceed)] });
    await gate.reached;
    await engine.host().pauseJob(id);
    const closing = engine.engine.close();
    gate.open();
    await closing;
    assert.deepEqual(job.trace, ["step", "stop:paused", "stop:closing", "finalize"]);
    assert.equal(engine.info(id).state, "paused");
  });

  void it("begins nothing more", async () => {
    await using engine = await openTestEngine();
    const gate = new Gate();
    await engine.run({ steps: [gate.before(proceed)] });
    const { job } = await engine.run({});
    const closing = engine.engine.close();
    gate.open();
    await closing;
    assert.deepEqual(job.trace, ["stop:closing", "finalize"]);
  });

  void it("is done once, however often it is asked for", async () => {
    await using engine = await openTestEngine();
    const { job } = await engine.run({ steps: [listening([])] });
    await Promise.all(Array.from({ length: 50 }, () => engine.engine.close()));
    await engine.engine.close();
    assert.equal(job.trace.filter((call) => call === "finalize").length, 1);
  });
});
