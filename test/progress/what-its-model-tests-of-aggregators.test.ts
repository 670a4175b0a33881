import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Aggregator, Observer } from "../../src/progress.ts";
import { Lab } from "./support/lab.ts";

// U10 to U15 of what the model's own tests assert; docs/progress.md says where ours departs.
const numbers = ({ done, total }: Aggregator): readonly unknown[] => [done, total];

describe("the numbers of an aggregator", () => {
  it("U10: are 0 before, and 100 for each part after", async () => {
    const lab = new Lab();
    const all = lab.aggregator("all");
    for (const name of "abc") all.add(lab.task(name, () => undefined));
    assert.deepEqual(numbers(all), [0, 300]);
    await all.run();
    assert.deepEqual(numbers(all), [300, 300]);
  });

  it("U11: count an aggregator inside as one part", async () => {
    const lab = new Lab();
    const [outer, inner] = [lab.aggregator("outer"), lab.aggregator("inner")];
    for (const name of "abc") inner.add(lab.task(name, () => undefined));
    const task = lab.task("t", () => undefined);
    outer.add(inner);
    outer.add(task);
    await outer.run();
    assert.deepEqual([numbers(outer), numbers(inner), task.done], [[200, 200], [300, 300], 100]);
  });

  it("U12: do not depend on the totals of the parts, nor on what becomes of them", async () => {
    const lab = new Lab();
    const [outer, inner] = [lab.aggregator("outer"), lab.aggregator("inner")];
    const parts: Observer[] = [];
    for (const [index, total] of [55, 145, 9999].entries()) {
      assert.deepEqual(numbers(inner), [0, 100 * index]);
      parts.push(inner.add(lab.observer(`${total}`, { total })));
    }
    for (const total of [3, 0, 100, null, 7]) {
      parts[0]?.setTotal(total);
      assert.deepEqual(numbers(inner), [0, 300]);
    }
    outer.add(inner);
    outer.add(lab.task("t", () => undefined, { total: 3 }));
    const end = outer.run();
    for (const part of parts) part.finish();
    await end;
    assert.deepEqual(
      [numbers(outer), numbers(inner)],
      [
        [200, 200],
        [300, 300],
      ],
    );
  });

  it("U13: of one that was canceled are what its parts had done", async () => {
    const lab = new Lab();
    const [outer, inner] = [lab.aggregator("outer"), lab.aggregator("inner")];
    for (const name of "abc") inner.add(lab.task(name, () => undefined));
    outer.add(inner);
    const endless = outer.add(
      lab.task(
        "endless",
        async (control) => {
          while (!control.signal.aborted) {
            control.advance(2 ** 20);
            await lab.clock.yield();
          }
        },
        { total: 2 ** 30 },
      ),
    );
    void outer.run();
    await lab.clock.yield();
    outer.cancel();
    await outer.settled;
    assert.ok(endless.done > 0 && endless.done < 2 ** 30);
    const parts = [inner, endless].map(({ fraction }) => fraction ?? 0);
    const sum = parts.reduce((all, fraction) => all + fraction, 0);
    assert.deepEqual(numbers(outer), [Math.floor(100 * sum + 1e-9), 200]);
    assert.equal(outer.state, "canceled");
  });

  it("U14: start their parts in the order in which they were added", async () => {
    const lab = new Lab();
    const all = lab.aggregator("all", { concurrency: "sequential" });
    const order: string[] = [];
    for (const name of ["one", "two", "three"]) {
      all.add(
        lab.task(name, async () => {
          order.push(name);
          await lab.clock.yield();
          order.push(name);
        }),
      );
    }
    await all.run();
    assert.deepEqual(order, ["one", "one", "two", "two", "three", "three"]);
    assert.deepEqual(
      all.parts.map(({ name }) => name),
      ["one", "two", "three"],
    );
  });

  it("U15: follow the weights, at every step, on every level", async () => {
    const lab = new Lab();
    const [outer, inner] = [lab.aggregator("outer"), lab.aggregator("inner")];
    const task = inner.add(
      lab.task("task", () => undefined),
      2,
    );
    const observer = inner.add(lab.observer("observer", { total: 444 }), 42);
    inner.add(
      lab.task("half", () => undefined, { total: 9999 }),
      0.5,
    );
    observer.setTotal(145);
    outer.add(inner, 2015);
    assert.deepEqual(
      [numbers(inner), numbers(outer)],
      [
        [0, 4450],
        [0, 201_500],
      ],
    );
    void outer.run();
    assert.deepEqual(numbers(inner), [250, 4450]);
    observer.report(72.5);
    assert.deepEqual(numbers(inner), [250 + 2100, 4450]);
    assert.equal(numbers(outer)[0], Math.floor((201_500 * 2350) / 4450));
    observer.finish();
    await outer.settled;
    assert.deepEqual(
      [numbers(inner), numbers(outer)],
      [
        [4450, 4450],
        [201_500, 201_500],
      ],
    );
    assert.equal(task.snapshot().weight, 2);
  });
});
