import assert from "node:assert/strict";
import { describe, it } from "node:test";
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

async function busy(engine: TestEngine): Promise<Gate> {
  const gate = new Gate();
  await engine.run({ steps: [gate.before(proceed)] });
  await gate.reached;
  return gate;
}

const stored = (store: StoreDouble, id: string) =>
  [...store.records.values()].find((record) => record.id === id);
