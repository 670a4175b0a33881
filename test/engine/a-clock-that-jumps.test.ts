import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Gate } from "../../src/testing/index.ts";
import { openTestEngine } from "../support/engine-harness.ts";
import { idOf, savedRecordOf } from "../support/records.ts";
import { StoreDouble } from "../support/store-double.ts";

const day = 86_400_000;
const jumps = { "a day forward": day, "a day back": -day } as const;
const success = { kind: "success" } as const;
const retry = { kind: "retry", afterMs: 60_000 } as const;

for (const [name, jump] of Object.entries(jumps)) {
  void describe(`a clock that jumps ${name}`, () => {
    void it("lets no retry wait longer than was asked for", async () => {
      await using engine = await openTestEngine();
      const { id, job } = await engine.run({ steps: [retry] });
      await engine.until(id, "retrying");
      engine.clock.jump(jump);
      await engine.advance(59_999);
      // Forward: its time is over at once.
      assert.equal(job.steps, jump > 0 ? 2 : 1);
      await engine.advance(1);
      assert.equal(engine.info(id).state, "succeeded");
    });

    void it("lets no delayed job wait longer than was asked for, nor one behind it", async () => {
      await using engine = await openTestEngine();
      const delayed = await Promise.all(
        [30_000, 60_000].map((startAfterMs) =>
          engine.run({ steps: ["success"] }, { startAfterMs }),
        ),
      );
      engine.clock.jump(jump);
      await engine.advance(30_000);
      await engine.advance(29_999);
      // Forward: their time is over at once.
      const started = delayed.map(({ job }) => job.steps);
      assert.deepEqual(started, [1, jump > 0 ? 1 : 0]);
      await engine.advance(1);
      assert.equal(delayed[1]?.job.steps, 1);
    });

    void it("neither ends a wait before its time nor prolongs it", async () => {
      await using engine = await openTestEngine();
      const gate = new Gate();
      const { id } = await engine.run({ steps: [gate.before(success)] });
      let hasTimedOut = false;
      const waits = engine
        .host()
        .waitJob(id, { timeoutMs: 10_000 })
        .catch(() => (hasTimedOut = true));
      await gate.reached;
      engine.clock.jump(jump);
      await engine.advance(9_999);
      assert.equal(hasTimedOut, false);
      await engine.advance(1);
      assert.equal(hasTimedOut, true);
      await waits;
      gate.open();
    });

    void it("neither shortens the time that closing gives to steps nor prolongs it", async () => {
      await using engine = await openTestEngine({ drainTimeoutMs: 5_000 });
      const gate = new Gate();
      await engine.run({ steps: [gate.before(success)] });
      await gate.reached;
      let isClosed = false;
      const closing = engine.engine.close().then(() => (isClosed = true));
      await engine.drain();
      engine.clock.jump(jump);
      await engine.advance(4_999);
      assert.equal(isClosed, false);
      await engine.advance(1);
      assert.equal(isClosed, true);
      await closing;
      gate.open();
    });

    void it("holds up no write that the store refused", async () => {
      const store = new StoreDouble();
      await using engine = await openTestEngine({ store });
      const gate = new Gate();
      await engine.run({
        steps: [gate.before(success)],
        getSerialized: () => "state",
      });
      await gate.reached;
      await engine.drain();
      store.refuse();
      gate.open();
      await engine.drain();
      engine.clock.jump(jump);
      await engine.advance(1_000);
      assert.equal([...store.records.values()][0]?.state.kind, "succeeded");
    });

    void it("is no time spent in steps, and ends no job before it was made", async () => {
      await using engine = await openTestEngine();
      const gate = new Gate();
      const { id } = await engine.run({ steps: [gate.before(success)] });
      await gate.reached;
      engine.clock.jump(jump);
      gate.open();
      const { runtimeMs, createdAt, changedAt } = await engine.until(id, "succeeded");
      assert.equal(runtimeMs, 0);
      assert.ok(changedAt >= createdAt);
    });

    void it("does not make the history forget what has just ended", async () => {
      await using engine = await openTestEngine({ history: { succeeded: 1 } });
      const old = await engine.run({ steps: ["success"] });
      await engine.until(old.id, "succeeded");
      await engine.advance(1_000);
      engine.clock.jump(jump);
      const { id } = await engine.run({ steps: ["success"] });
      await engine.until(id, "succeeded");
      await engine.drain();
      assert.deepEqual(
        engine.engine.jobs().map((job) => job.id),
        [id],
      );
    });
  });
}

void describe("a clock that was set back while no host ran", () => {
  void it("lets no retry wait longer than was asked for", async () => {
    const asked = 1_700_000_000_000 + day;
    const waiting = savedRecordOf(1, "state", {
      state: { kind: "retrying", dueAt: asked + 60_000 },
      changedAt: asked,
    });
    await using engine = await openTestEngine({ store: new StoreDouble([waiting]) });
    assert.equal(engine.info(idOf(1)).state, "retrying");
    await engine.advance(59_999);
    assert.equal(engine.info(idOf(1)).state, "retrying");
    await engine.advance(1);
    assert.equal(engine.info(idOf(1)).state, "pending");
  });
});
