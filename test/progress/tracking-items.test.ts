import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Lab } from "./support/lab.ts";

describe("tracking", () => {
  it("counts an item when the next one is wanted, of what has a size and what has none", async () => {
    const lab = new Lab();
    const seen: unknown[] = [];
    const sources: readonly Iterable<string>[] = [
      ["a", "b"],
      new Set(["a", "b"]),
      new Map([
        ["a", 1],
        ["b", 2],
      ]).keys(),
    ];
    for (const items of sources) {
      const task = lab.task("t", (control) => {
        for (const item of control.track(items)) seen.push([item, task.done, task.total]);
      });
      await task.run();
      assert.deepEqual([task.done, task.total, task.fraction], [2, 2, 1]);
    }
    const [known, unknown] = [
      [
        ["a", 0, 2],
        ["b", 1, 2],
      ],
      [
        ["a", 0, null],
        ["b", 1, null],
      ],
    ];
    assert.deepEqual(seen, [...known, ...known, ...unknown]);
    assert.deepEqual(lab.warned, []);
  });

  it("of what comes one after the other takes the total that it is given", async () => {
    const lab = new Lab();
    async function* coming(): AsyncGenerator<number> {
      for (let item = 1; item <= 3; item++) {
        await lab.clock.yield();
        yield item;
      }
    }
    const observer = lab.observer("o");
    const seen: unknown[] = [];
    for await (const item of observer.track(coming(), 4)) seen.push([item, observer.done]);
    assert.deepEqual(seen, [
      [1, 0],
      [2, 1],
      [3, 2],
    ]);
    assert.deepEqual([observer.done, observer.total], [3, 4]);
    observer.finish();
  });

  it("throws the reason at the next item when the work is to stop, and closes the source", async () => {
    const lab = new Lab();
    let isClosed = false;
    function* endless(): Generator<number> {
      try {
        for (let item = 0; ; item++) yield item;
      } finally {
        isClosed = true;
      }
    }
    const task = lab.task("t", (control) => {
      for (const item of control.track(endless())) {
        if (item === 5) task.cancel("enough");
      }
    });
    await assert.rejects(task.run(), /enough/);
    assert.deepEqual([task.state, task.done, isClosed], ["canceled", 6, true]);
  });

  it("that is broken off counts what was seen, but for the last", async () => {
    const lab = new Lab();
    const observer = lab.observer("o");
    for (const item of observer.track([1, 2, 3])) if (item === 2) break;
    assert.deepEqual([observer.done, observer.total], [1, 3]);
    observer.finish();
  });
});
