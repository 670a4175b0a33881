import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Lab, statesOf, untilCanceled } from "./support/lab.ts";

/** An async listener, as JavaScript would let anybody register one. */
const rejectLater: () => void = (): unknown => Promise.reject(new Error("later"));

// The first half is in the-defects-of-its-model.test.ts.
describe("of the other defects of its model", () => {
  it("B11: what became of the children is the state of the aggregator", async () => {
    const lab = new Lab();
    const failed = lab.aggregator("failed", { onFailure: "continue" });
    failed.add(lab.observer("a")).fail(new Error("no"));
    failed.add(lab.observer("b")).finish();
    await assert.rejects(failed.run(), AggregateError);
    assert.equal(failed.state, "failed");

    const canceled = lab.aggregator("canceled");
    const child = canceled.add(lab.observer("c"));
    canceled.add(lab.observer("d")).finish();
    void canceled.run();
    child.cancel("enough");
    child.finish();
    assert.deepEqual(await canceled.settled, {
      state: "canceled",
      reason: "enough",
      partial: null,
      error: null,
    });
  });

  it("B11: an aggregator that was asked to stop and yet did everything is finished", async () => {
    const lab = new Lab();
    const all = lab.aggregator("all");
    const stubborn = all.add(lab.observer("stubborn", { cancelable: false }));
    void all.run();
    all.cancel();
    assert.deepEqual([all.state, stubborn.state], ["canceling", "running"]);
    stubborn.finish();
    await all.settled;
    assert.deepEqual([all.state, all.done, all.total], ["finished", 100, 100]);
  });

  it("B12, N11: each state is told once", async () => {
    const lab = new Lab();
    const task = lab.task("t", untilCanceled);
    const states = statesOf(task);
    task.run().catch(() => undefined);
    task.cancel();
    task.cancel();
    await task.settled;
    assert.deepEqual(states, ["running", "canceling", "canceled"]);

    const waiting = lab.task("w", () => undefined);
    const directly = statesOf(waiting);
    waiting.cancel();
    assert.deepEqual(directly, ["canceled"]);
  });

  it("B13: one of ten leaves on each of ten levels is not lost on the way up", () => {
    const lab = new Lab();
    const root = lab.aggregator("root");
    let above = root;
    for (let level = 0; level < 9; level++) {
      const next = above.add(lab.aggregator(`level ${level}`));
      for (let other = 0; other < 9; other++) above.add(lab.task("other", () => undefined));
      above = next;
    }
    const leaf = above.add(lab.observer("leaf"));
    leaf.report(50);
    assert.ok(Math.abs((root.fraction ?? 0) - 0.5e-9) < 1e-18, `${root.fraction}`);
  });

  it("B13: ten thousand tenths add up to what a number can say", () => {
    const lab = new Lab();
    const all = lab.aggregator("all");
    const parts = Array.from({ length: 10_000 }, () => all.add(lab.observer("o"), 0.1));
    for (const part of parts) part.report(10);
    assert.ok(Math.abs((all.fraction ?? 0) - 0.1) < 1e-16, `${all.fraction}`);
    for (const part of parts) part.finish();
  });

  it("B13: a weight of 0.29 is 29 units", () => {
    const lab = new Lab();
    const totals = [0.29, 0.57, 1.15, 2.01, 0.01].map((weight) => {
      const all = lab.aggregator("all");
      all.add(lab.observer("o"), weight).finish();
      return [all.total, all.done];
    });
    assert.deepEqual(totals, [
      [29, 29],
      [57, 57],
      [115, 115],
      [201, 201],
      [1, 1],
    ]);
  });

  it("B14: a listener that throws stops neither the others nor the cancel", async () => {
    const lab = new Lab();
    const all = lab.aggregator("all");
    const [a, b] = [lab.task("a", untilCanceled), lab.task("b", untilCanceled)];
    all.add(a);
    all.add(b);
    void all.run();
    const heard: string[] = [];
    all.onCancel(() => {
      throw new Error("first");
    });
    a.on("cancel", rejectLater);
    all.onCancel(() => heard.push("second"));
    assert.equal(all.cancel(), true);
    await all.settled;
    await lab.clock.yield();
    assert.deepEqual([all.state, a.state, b.state], ["canceled", "canceled", "canceled"]);
    assert.deepEqual(heard, ["second"]);
    assert.deepEqual(lab.warned, ["all: LISTENER_THREW", "a: LISTENER_THREW"]);
  });

  it("B15: whoever waits or cancels inside of a synchronous run is answered", async () => {
    const lab = new Lab();
    let inside: unknown = null;
    const task = lab.task("t", () => {
      inside = [task.state, task.cancel("stop"), task.state, task.settled instanceof Promise];
      return 7;
    });
    await assert.rejects(task.run(), /stop/);
    assert.deepEqual(inside, ["running", true, "canceling", true]);
    const partial = { value: 7 };
    assert.deepEqual(await task.settled, {
      state: "canceled",
      reason: "stop",
      partial,
      error: null,
    });
  });
});
