import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { StoreWrite } from "../../src/ports/job-store.ts";
import { Gate, type Script } from "../../src/testing/index.ts";
import { openTestEngine, type TestEngine } from "../support/engine-harness.ts";
import { StoreDouble } from "../support/store-double.ts";

const proceed = { kind: "continue" } as const;
const saved: Script = { getSerialized: () => "state" };

void describe("what is told", () => {
  void it("is told in the order it happened, also if the store answers in another", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    const gate = await busy(engine);
    const [a, b] = [await engine.run(saved), await engine.run(saved)];
    store.hold();
    const pauses = [engine.host().pauseJob(a.id)];
    await engine.drain();
    pauses.push(engine.host().pauseJob(b.id));
    pauses[0]?.catch(() => undefined);
    await engine.drain();
    store.answer("refused");
    store.release();
    await engine.drain();
    await engine.advance(1_000);
    const told = engine.events.filter((event) => event.kind === "changed").slice(-2);
    assert.deepEqual(
      told.map((event) => event.kind === "changed" && event.job.id),
      [a.id, b.id],
    );
    gate.open();
  });

  void it("does not wait for long for a record that the store never takes", async () => {
    const store = new PickyStore();
    await using engine = await openTestEngine({ store });
    const gate = await busy(engine);
    const [a, b] = [await engine.run(saved), await engine.run(saved)];
    store.refused = a.id;
    await assert.rejects(engine.host().pauseJob(a.id), { code: "STORE_FAILED" });
    await engine.host().pauseJob(b.id);
    await engine.drain();
    // It may have been a moment's trouble: the order is kept.
    assert.deepEqual([engine.states(a.id), engine.states(b.id)], [[], []]);
    await engine.advance(1_000);
    assert.deepEqual([engine.states(a.id), engine.states(b.id)], [[], ["paused"]]);
    await engine.host().cancelJob(b.id);
    assert.deepEqual(engine.states(b.id), ["paused", "failed"]);
    store.refused = null;
    await engine.advance(1_000);
    assert.deepEqual(engine.states(a.id), ["paused"]);
    gate.open();
  });

  void it("is never undone in the store by an older change that was refused", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    const gate = await busy(engine);
    const { id } = await engine.run(saved);
    store.hold();
    const pause = engine.host().pauseJob(id);
    await engine.drain();
    const cancel = engine.host().cancelJob(id);
    await engine.drain();
    store.answer("refused");
    store.release();
    await assert.rejects(pause, { code: "STORE_FAILED" });
    await cancel;
    await engine.advance(5_000);
    assert.equal(stored(store, id)?.state.kind, "failed");
    gate.open();
  });
});

/** Never takes a record of one job. */
class PickyStore extends StoreDouble {
  refused: string | null = null;

  override commit(writes: readonly StoreWrite[]): Promise<void> {
    const ids = writes.map((write) => (write.kind === "delete" ? write.id : write.record.id));
    if (ids.some((id) => id === this.refused)) this.refuse();
    return super.commit(writes);
  }
}

async function busy(engine: TestEngine): Promise<Gate> {
  const gate = new Gate();
  await engine.run({ steps: [gate.before(proceed)] });
  await gate.reached;
  return gate;
}

const stored = (store: StoreDouble, id: string) =>
  [...store.records.values()].find((record) => record.id === id);
