import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readTree } from "../../src/adapters/isolation/host/told-tree.ts";
import { Aggregator, Observer, Task } from "../../src/progress.ts";

/** A tree in which there is every state. */
async function everyState(): Promise<Aggregator> {
  const all = new Aggregator("All", { onFailure: "continue" });
  const [running, canceling] = [all.add(new Observer("a")), all.add(new Observer("b"))];
  running.report(1);
  canceling.cancel();
  const fails = all.add(new Task("c", () => Promise.reject(new Error("no"))));
  await Promise.allSettled([fails.run(), all.add(new Task("d", () => undefined)).run()]);
  all.add(new Task("e", () => undefined)).cancel();
  all.add(new Task("f", () => undefined));
  return all;
}

void describe("a tree that another side tells of", () => {
  void it("is a new one, of which every member is what it must be", async () => {
    const { parts, ...alone } = (await everyState()).snapshot();
    const wrongs: readonly object[] = [
      { total: "3" },
      { total: NaN },
      { fraction: 5 },
      { fraction: undefined },
      { percent: 101 },
      { weight: Infinity },
      { lastLine: undefined },
      { lastLine: { time: 1, level: "info", text: 7 } },
      { lastLine: { time: 1, level: "loud", text: "!" } },
      { omitted: "2" },
      { state: "failed", startedAt: 1, endedAt: 2, error: {} },
      { state: "failed", startedAt: 1n, endedAt: 2, error: { name: "Error", message: "no" } },
    ];
    for (const wrong of wrongs) {
      assert.equal(readTree({ ...alone, ...wrong, parts }), null, Object.keys(wrong).join());
    }
    const long = "x".repeat(10_000);
    const lastLine = { time: 1, level: "info", text: long, path: [] };
    const error = { name: long, message: long };
    const cut = readTree({
      ...alone,
      lastLine,
      name: long,
      state: "failed",
      endedAt: 2,
      startedAt: 1,
      error,
      parts,
    });
    assert(cut?.state === "failed");
    const texts = [cut.name, cut.lastLine?.text, cut.error.name, cut.error.message];
    assert.deepEqual(
      texts.map((text) => text?.length),
      [512, 512, 512, 512],
    );
  });

  void it("is taken as it is", async () => {
    const tree = (await everyState()).snapshot();
    const states = new Set([tree.state, ...tree.parts.map(({ state }) => state)]);
    assert.equal(states.size, 6);
    assert.deepEqual(readTree(tree), tree);
    assert.deepEqual(readTree(structuredClone(tree)), tree);
  });

  void it("is none if anything is missing, or of another type, at any level", async () => {
    const text = JSON.stringify((await everyState()).snapshot());
    let wrong = 0;
    const needed = /(?<="(?:id|state|weight|parts|reason|endedAt))":/g;
    for (const { index } of text.matchAll(needed)) {
      const other = `${text.slice(0, index)}!${text.slice(index)}`;
      assert.equal(readTree(JSON.parse(other)), null, other);
      wrong += 1;
    }
    assert.ok(wrong > 30);
    for (const other of [undefined, null, 1, "tree", [], {}, { parts: [] }, { parts: [null] }]) {
      assert.equal(readTree(other), null);
    }
  });

  void it("is none if it is larger than any that is shown, or has itself below it", () => {
    const leaf = new Observer("leaf").snapshot();
    const wide = (count: number): unknown => ({ ...leaf, parts: Array(count).fill(leaf) });
    assert.notEqual(readTree(wide(1_000)), null);
    assert.equal(readTree(wide(1_001)), null);
    const knot = { ...leaf, parts: [] as unknown[] };
    knot.parts.push(knot);
    assert.equal(readTree(knot), null);
  });
});
