import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Snapshot } from "../../src/progress.ts";
import { Lab, untilCanceled } from "./support/lab.ts";

/** What a property test would have to say at length: JSON gives back the same. */
function throughJson(snapshot: Snapshot): Snapshot {
  const copy = JSON.parse(JSON.stringify(snapshot)) as Snapshot;
  assert.deepEqual(copy, snapshot);
  return copy;
}

describe("a snapshot", () => {
  it("has everything there is in each state, and nothing else", async () => {
    const lab = new Lab();
    const now = lab.clock.now();
    const task = lab.task("t", untilCanceled, { total: 4, cancelable: false });
    const { id } = task;
    const common = { id, kind: "task", name: "t", weight: 1, total: 4, isCancelable: false };
    const start = { done: 0, fraction: 0, percent: 0, lastLine: null, parts: [] };
    assert.deepEqual(throughJson(task.snapshot()), { ...common, ...start, state: "waiting" });
    void task.run();
    const running = { state: "running", startedAt: now, etaMs: null };
    assert.deepEqual(throughJson(task.snapshot()), { ...common, ...start, ...running });
    task.cancelable = true;
    lab.clock.advance(5);
    task.cancel(new Error("enough"));
    const canceling = { state: "canceling", startedAt: now, reason: "enough" };
    const stopped = { ...common, ...start, isCancelable: true };
    assert.deepEqual(throughJson(task.snapshot()), { ...stopped, ...canceling });
    await task.settled;
    const canceled = { ...canceling, state: "canceled", endedAt: now + 5 };
    assert.deepEqual(throughJson(task.snapshot()), { ...stopped, ...canceled });
  });

  it("of a failure says what can be said of whatever was thrown", () => {
    const lab = new Lab();
    const unreadable = {
      toString(): string {
        throw new Error("no");
      },
    };
    const thrown = [new RangeError("far"), "a text", null, unreadable, 7n];
    const errors = thrown.map((error) => {
      const observer = lab.observer("o");
      observer.fail(error);
      const snapshot = throughJson(observer.snapshot());
      return snapshot.state === "failed" ? snapshot.error : assert.fail();
    });
    assert.deepEqual(errors, [
      { name: "RangeError", message: "far" },
      { name: "Error", message: "a text" },
      { name: "Error", message: "null" },
      { name: "Error", message: "a value of type object" },
      { name: "Error", message: "7" },
    ]);
  });

  it("has the whole tree, and is what JSON.stringify makes of a node", () => {
    const lab = new Lab();
    const all = lab.aggregator("all");
    const inner = all.add(lab.aggregator("inner"), 2.5);
    inner.add(lab.observer("leaf")).report(29);
    const snapshot = throughJson(all.snapshot());
    assert.deepEqual(JSON.parse(JSON.stringify(all)), snapshot);
    const [part] = snapshot.parts;
    assert.deepEqual([part?.weight, part?.percent, part?.parts[0]?.done], [2.5, 29, 29]);
    all.cancel();
  });
});
