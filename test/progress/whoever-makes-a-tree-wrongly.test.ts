import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Aggregator } from "../../src/progress.ts";
import { Lab } from "./support/lab.ts";

// N5, and the other wrong uses that are errors.
describe("whoever makes a tree wrongly", () => {
  it("N5: gives a child two parents, itself, or one above it: an error says so", () => {
    const lab = new Lab();
    const [a, b, c] = [lab.aggregator("a"), lab.aggregator("b"), lab.aggregator("c")];
    const child = lab.task("child", () => undefined);
    a.add(b).add(c).add(child);
    const refused = [
      [() => a.add(child), "HAS_PARENT"],
      [() => lab.aggregator("other").add(child), "HAS_PARENT"],
      [() => a.add(a), "CYCLE"],
      [() => c.add(a), "CYCLE"],
    ] as const;
    for (const [add, code] of refused) assert.throws(add, { name: "ProgressError", code });
    assert.deepEqual([a.total, b.total, c.total], [100, 100, 100]);
  });

  it("makes a tree of more than 100 levels, from above or from below: an error says so", () => {
    const lab = new Lab();
    const chain = (levels: number): readonly Aggregator[] => {
      const all = [lab.aggregator("first")];
      while (all.length < levels) {
        const next = lab.aggregator("next");
        all.at(-1)?.add(next);
        all.push(next);
      }
      return all;
    };
    const [upper, lower, leaf] = [chain(60), chain(40), lab.observer("leaf")];
    upper.at(-1)?.add(lower[0] ?? assert.fail());
    assert.throws(() => lower.at(-1)?.add(leaf), { code: "TOO_DEEP" });
    const other = chain(41);
    assert.throws(() => upper.at(-1)?.add(other[0] ?? assert.fail()), { code: "TOO_DEEP" });
    lower.at(-2)?.add(leaf);
    leaf.report(50);
    assert.ok(Math.abs((lower.at(-2)?.fraction ?? 0) - 0.25) < 1e-12);
    assert.equal(upper[0]?.snapshot().percent, 25);
  });

  it("adds what is no node of ours, or to what has ended: an error says so", async () => {
    const lab = new Lab();
    const all = lab.aggregator("all");
    for (const foreign of [null, {}, lab, "task"]) {
      assert.throws(() => all.add(foreign as never), { code: "INVALID_ARGUMENT" });
    }
    await all.run();
    assert.throws(() => all.add(lab.task("t", () => undefined)), { code: "WRONG_STATE" });
  });

  it("uses a weight, a total, a name or a number of places that is none: an error says so", () => {
    const lab = new Lab();
    const all = lab.aggregator("all");
    for (const weight of [0, 0.009, -1, Number.NaN, Infinity]) {
      assert.throws(() => all.add(lab.aggregator("a"), weight), { code: "INVALID_ARGUMENT" });
    }
    for (const total of [-1, Number.NaN, Infinity]) {
      assert.throws(() => lab.observer("o", { total }), { code: "INVALID_ARGUMENT" });
    }
    for (const concurrency of [0, -1, 1.5, Number.NaN]) {
      assert.throws(() => lab.aggregator("a", { concurrency }), { code: "INVALID_ARGUMENT" });
    }
    assert.throws(() => lab.task("", () => undefined), { code: "INVALID_ARGUMENT" });
    assert.equal(all.total, 0);
  });
});
