import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Gate, ScriptedJob } from "../../src/testing/index.ts";
import { openTestEngine, type TestEngine } from "../support/engine-harness.ts";
import { idOf, recordOf } from "../support/records.ts";
import { StoreDouble } from "../support/store-double.ts";

void describe("finished jobs", () => {
  void it("are forgotten, oldest first, when there are too many", async () => {
    await using engine = await openTestEngine({ history: { succeeded: 2 } });
    const ids = await succeed(engine, 3);
    assert.deepEqual(known(engine), ids.slice(1));
    const { id } = await engine.next("forgotten");
    assert.equal(id, ids[0]);
  });

  void it("are forgotten in the store too", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store, history: { succeeded: 1 } });
    const ids = await succeed(engine, 3);
    assert.deepEqual([...store.records.keys()], ids.slice(2));
  });

  void it("that failed are not pushed out by those that succeeded", async () => {
    await using engine = await openTestEngine({ history: { succeeded: 1 } });
    const { id } = await engine.run({ steps: ["failure"] });
    await engine.until(id, "failed");
    const ids = await succeed(engine, 3);
    assert.deepEqual(known(engine), [id, ids[2]]);
  });

  void it("that failed are limited by a number of their own", async () => {
    await using engine = await openTestEngine({ history: { failed: 1 } });
    const first = await engine.run({ steps: ["failure"] });
    const second = await engine.run({ steps: ["failure"] });
    await engine.until(second.id, "failed");
    await engine.drain();
    assert.deepEqual(known(engine), [second.id]);
    assert.equal(first.job.trace.at(-1), "finalize");
  });

  void it("do not count while they run again", async () => {
    await using engine = await openTestEngine({ history: { failed: 1 } });
    const first = await engine.run({ steps: ["failure"], reset: () => undefined });
    await engine.until(first.id, "failed");
    const gate = new Gate();
    await engine.run({ steps: [gate.before({ kind: "retry", afterMs: 9 } as const)] });
    await engine.host().resubmitJob(first.id);
    const second = await engine.run({ steps: ["failure"] }, { priority: 1 });
    gate.open();
    await engine.until(second.id, "failed");
    await engine.until(first.id, "succeeded");
  });

  void it("that were found in the store are forgotten if fewer are kept now", async () => {
    const state = { kind: "succeeded" } as const;
    const found = [1, 2, 3].map((count) => recordOf(count, { state, changedAt: 10 - count }));
    const store = new StoreDouble(found);
    await using engine = await openTestEngine({ store, history: { succeeded: 1 } });
    await engine.drain();
    assert.deepEqual(known(engine), [idOf(1)]);
    assert.deepEqual([...store.records.keys()], [idOf(1)]);
  });

  void it("that were found in the store are forgotten in the order they ended", async () => {
    const state = { kind: "succeeded" } as const;
    const store = new StoreDouble([
      recordOf(1, { state, changedAt: 9 }),
      recordOf(2, { state, changedAt: 4 }),
    ]);
    await using engine = await openTestEngine({ store, history: { succeeded: 2 } });
    const [id] = await succeed(engine, 1);
    assert.deepEqual(known(engine), [idOf(1), id]);
  });

  void it("are answered to who waits before they are forgotten", async () => {
    await using engine = await openTestEngine({ history: { succeeded: 0 } });
    const gate = new Gate();
    const { id } = await engine.run({ steps: [gate.before({ kind: "success" } as const)] });
    const waits = [engine.host().waitJob(id), engine.host().waitJob(id)];
    gate.open();
    for (const end of await Promise.all(waits)) assert.equal(end.state, "succeeded");
    await engine.drain();
    assert.deepEqual(known(engine), []);
  });
});

void describe("a delete", () => {
  for (const end of ["success", "failure"] as const) {
    void it(`forgets a job that ended in ${end}`, async () => {
      const store = new StoreDouble();
      await using engine = await openTestEngine({ store });
      const { id } = await engine.run({ steps: [end] });
      await engine.until(id, end === "success" ? "succeeded" : "failed");
      await engine.host().deleteJob(id);
      assert.throws(() => engine.info(id), { code: "NOT_FOUND" });
      assert.equal(store.records.size, 0);
      await engine.next("forgotten", (event) => event.id === id);
      await assert.rejects(engine.host().deleteJob(id), { code: "NOT_FOUND" });
    });
  }

  void it("is refused while the job may still run", async () => {
    await using engine = await openTestEngine();
    const host = engine.host();
    const retrying = await engine.run({ steps: ["retry"] });
    await engine.until(retrying.id, "retrying");
    const gate = new Gate();
    const running = await engine.run({ steps: [gate.before({ kind: "success" } as const)] });
    await gate.reached;
    const pending = await engine.run({});
    const paused = await engine.run({});
    await host.pauseJob(paused.id);
    for (const { id } of [pending, running, paused, retrying]) {
      await assert.rejects(host.deleteJob(id), { code: "WRONG_STATE" });
    }
    gate.open();
    await engine.until(pending.id, "succeeded");
  });
});

void describe("a job nobody knows", () => {
  for (const id of [String(idOf(7)), "", "no id", null, 7, {}]) {
    void it(`is NOT_FOUND, whatever is asked of it: ${JSON.stringify(id)}`, async () => {
      await using engine = await openTestEngine();
      const host = engine.host();
      const asks = [
        "cancelJob",
        "pauseJob",
        "resumeJob",
        "resubmitJob",
        "deleteJob",
        "waitJob",
      ] as const;
      for (const ask of asks) {
        await assert.rejects(host[ask](id as string), { code: "NOT_FOUND" }, ask);
      }
      await assert.rejects(host.setPriority(id as string, 1), { code: "NOT_FOUND" });
      assert.throws(() => host.jobInfo(id as string), { code: "NOT_FOUND" });
    });
  }
});

async function succeed(engine: TestEngine, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let done = 0; done < count; done += 1) {
    const id = await engine.submit(new ScriptedJob());
    await engine.until(id, "succeeded");
    ids.push(id);
  }
  await engine.drain();
  return ids;
}

const known = (engine: TestEngine): string[] => engine.engine.jobs().map(({ id }) => id);
