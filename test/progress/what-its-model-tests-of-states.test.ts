import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { describe, it } from "node:test";
import { Lab, statesOf, untilCanceled } from "./support/lab.ts";

// U1 to U6 of what the model's own tests assert; docs/progress.md says where ours departs.
describe("a task", () => {
  it("U1: waits at first, with nobody asking it to stop; its end can be awaited before it begins", async () => {
    const lab = new Lab();
    const task = lab.task("t", () => 1);
    assert.deepEqual(
      [task.state, task.signal.aborted, task.done, task.total],
      ["waiting", false, 0, 100],
    );
    const end = task.settled;
    await task.run();
    assert.deepEqual(await end, { state: "finished", value: 1 });
  });

  it("U2: that is canceled before it is run is canceled, and running it answers that", async () => {
    const lab = new Lab();
    let ran = false;
    const task = lab.task("t", () => {
      ran = true;
    });
    assert.equal(task.cancel(), true);
    assert.deepEqual([task.state, task.signal.aborted], ["canceled", true]);
    await assert.rejects(task.run(), { code: "CANCELED" });
    assert.equal((await task.settled).state, "canceled");
    assert.equal(ran, false);
  });

  it("U3: is running inside, finished after, and no cancel changes that", async () => {
    const lab = new Lab();
    const inside: string[] = [];
    const task = lab.task("t", () => void inside.push(task.state));
    const end = task.run();
    assert.deepEqual([inside, task.state], [["running"], "finished"]);
    assert.equal(task.cancel(), false);
    assert.deepEqual([task.state, task.signal.aborted], ["finished", false]);
    await end;
  });

  it("U4: that is canceled while it runs is canceling inside and outside, then canceled", async () => {
    const lab = new Lab();
    const inside: string[] = [];
    const task = lab.task("t", async ({ signal }) => {
      while (!signal.aborted) await lab.clock.yield();
      inside.push(task.state);
    });
    const end = task.run();
    task.cancel();
    assert.equal(task.state, "canceling");
    await assert.rejects(end, { code: "CANCELED" });
    assert.deepEqual([task.state, inside], ["canceled", ["canceling"]]);
    assert.equal(await task.settled, await task.settled);
  });

  it("runs once, and every call answers the same promise", async () => {
    const lab = new Lab();
    let runs = 0;
    const task = lab.task("t", async () => (runs += 1));
    assert.equal(task.run(), task.run());
    assert.deepEqual([await task.run(), await task.run(), runs], [1, 1, 1]);
  });
});

describe("an observer", () => {
  it("U5: runs from its birth; canceled it is canceling until it is finished, and stays canceled", async () => {
    const lab = new Lab();
    const observer = lab.observer("o");
    assert.equal(observer.state, "running");
    let isReleased = false;
    const waiter = observer.settled.then(() => (isReleased = true));
    await lab.clock.yield();
    assert.equal(isReleased, false);
    observer.cancel();
    assert.deepEqual([observer.state, observer.signal.aborted], ["canceling", true]);
    observer.finish();
    observer.finish();
    assert.equal(observer.state, "canceled");
    await waiter;
  });

  it("U6: that is finished ignores a cancel", async () => {
    const lab = new Lab();
    const observer = lab.observer("o");
    observer.report(40);
    observer.finish();
    assert.equal(observer.cancel(), false);
    assert.deepEqual([observer.state, observer.signal.aborted], ["finished", false]);
    assert.deepEqual(await observer.settled, { state: "finished", value: undefined });
    assert.deepEqual([observer.done, observer.total], [100, 100]);
  });

  it("that fails has failed, unless it was asked to stop", async () => {
    const lab = new Lab();
    const [one, other] = [lab.observer("one"), lab.observer("other")];
    const error = new Error("no");
    one.fail(error);
    assert.deepEqual(await one.settled, { state: "failed", error });
    other.cancel("enough");
    other.fail(error);
    const thrown = { thrown: error };
    assert.deepEqual(await other.settled, {
      state: "canceled",
      reason: "enough",
      partial: null,
      error: thrown,
    });
  });

  it("with autoFinish is finished when all is done, and not before", () => {
    const lab = new Lab();
    const observer = lab.observer("o", { total: 3, autoFinish: true });
    const states = statesOf(observer);
    observer.advance();
    observer.setTotal(2);
    assert.deepEqual(states, []);
    observer.advance(7);
    assert.deepEqual([observer.done, states], [2, ["finished"]]);
  });
});

describe("the reason of a cancel", () => {
  it("is that of the signal, of the listeners, and of the end", async () => {
    const lab = new Lab();
    const task = lab.task("t", untilCanceled);
    const heard: unknown[] = [];
    task.onCancel((reason) => heard.push(reason));
    const end = task.run();
    const reason = new Error("too long");
    task.cancel(reason);
    await assert.rejects(end, reason);
    assert.deepEqual([heard, task.signal.reason], [[reason], reason]);
    assert.deepEqual(await task.settled, { state: "canceled", reason, partial: null, error: null });
  });

  it("is all there is to say when the work threw only to obey, as Node.js does", async () => {
    const lab = new Lab();
    const task = lab.task("t", ({ signal }) => once(new EventEmitter(), "never", { signal }));
    void task.run();
    task.cancel("enough");
    const expected = { state: "canceled", reason: "enough", partial: null, error: null };
    assert.deepEqual(await task.settled, expected);
  });
});
