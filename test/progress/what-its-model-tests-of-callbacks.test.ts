import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Lab } from "./support/lab.ts";

// U7, U8 and U16 to U18 of what the model's own tests assert; U9 runs on a thread.
const steps = 100;

/** Somebody else's algorithm: it counts its steps, and stops when it is told to. */
async function countSteps(
  progress: (step: number) => void,
  isCanceled: () => boolean,
  rest: () => Promise<void>,
): Promise<void> {
  for (let step = 1; step <= steps && !isCanceled(); step++) {
    progress(step);
    await rest();
  }
}

/** The same, but it speaks of fractions. */
async function countFractions(progress: (fraction: number) => void): Promise<void> {
  await countSteps(
    (step) => progress(step / steps),
    () => false,
    async () => undefined,
  );
}

describe("foreign code", () => {
  it("U7: drives an observer by a callback and a query, and the observer runs on until it is finished", async () => {
    const lab = new Lab();
    const observer = lab.observer("o");
    await countSteps(
      observer.callback(),
      () => observer.signal.aborted,
      () => lab.clock.yield(),
    );
    assert.deepEqual([observer.done, observer.fraction, observer.state], [100, 1, "running"]);
    observer.finish();
    assert.equal(observer.state, "finished");
  });

  it("U8: drives a task just so", async () => {
    const lab = new Lab();
    const task = lab.task("t", (control) =>
      countSteps(
        control.callback(),
        () => control.signal.aborted,
        () => lab.clock.yield(),
      ),
    );
    await task.run();
    assert.deepEqual([task.done, task.state], [100, "finished"]);
  });

  it("U16: that speaks of fractions drives an observer or a task whose total is 1", async () => {
    const lab = new Lab();
    const observer = lab.observer("o", { total: 1 });
    await countFractions(observer.callback());
    assert.deepEqual([observer.done, observer.snapshot().percent], [1, 100]);
    const task = lab.task("t", (control) => countFractions(control.callback()), { total: 1 });
    await task.run();
    assert.equal(task.snapshot().percent, 100);
    observer.finish();
  });

  it("U17: is stopped by a listener that was registered inside of the running task", async () => {
    const lab = new Lab();
    const task = lab.task("t", async (control) => {
      let isStopped = false;
      control.onCancel(() => (isStopped = true));
      await countSteps(
        control.callback(),
        () => isStopped,
        () => lab.clock.yield(),
      );
    });
    void task.run();
    await lab.clock.yield();
    task.cancel();
    const { state } = await task.settled;
    assert.ok(task.done > 0 && task.done < 100, `${task.done}`);
    assert.equal(state, "canceled");
  });

  it("U18: is stopped by its own query", async () => {
    const lab = new Lab();
    const task = lab.task("t", (control) =>
      countSteps(
        control.callback(),
        () => control.signal.aborted,
        () => lab.clock.yield(),
      ),
    );
    void task.run();
    await lab.clock.yield();
    task.cancel();
    await task.settled;
    assert.ok(task.done > 0 && task.done < 100, `${task.done}`);
  });

  it("may call after the end, and on: nothing happens, and nobody is warned", async () => {
    const lab = new Lab();
    const observer = lab.observer("o");
    const callback = observer.callback();
    callback(10);
    observer.cancel();
    callback(20);
    observer.finish();
    callback(99);
    assert.deepEqual([observer.done, observer.state, lab.warned], [20, "canceled", []]);
  });
});
