import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Task } from "../../src/progress.ts";
import { Lab } from "./support/lab.ts";

// N4 and N8, and what docs/progress.md says of an aggregator beside the model.
describe("an aggregator", () => {
  for (const [concurrency, most] of [
    ["parallel", 5],
    ["sequential", 1],
    [2, 2],
  ] as const) {
    it(`runs ${concurrency === 2 ? "two at a time" : `its parts ${concurrency}`}`, async () => {
      const lab = new Lab();
      const all = lab.aggregator("all", { concurrency });
      let [running, peak] = [0, 0];
      for (const name of "abcde") {
        all.add(
          lab.task(name, async () => {
            running += 1;
            peak = Math.max(peak, running);
            await lab.clock.yield();
            running -= 1;
          }),
        );
      }
      await all.run();
      assert.deepEqual([peak, all.state], [most, "finished"]);
    });
  }

  it("of 20,000 parts that end at once runs them in turn, without a deep stack", async () => {
    const lab = new Lab();
    const all = lab.aggregator("all", { concurrency: "sequential" });
    for (let part = 0; part < 20_000; part++) all.add(lab.task("t", () => undefined));
    await all.run();
    assert.deepEqual([all.done, all.fraction], [2_000_000, 1]);
  });

  it("N4: that stops cancels what is added, and one that waits takes parts in any state", async () => {
    const lab = new Lab();
    const all = lab.aggregator("all");
    const ended = lab.task("ended", () => undefined);
    await ended.run();
    all.add(ended);
    assert.equal(all.fraction, 1);
    const busy = all.add(lab.observer("busy"));
    void all.run();
    all.cancel("over");
    const late: Task = all.add(lab.task("late", () => assert.fail()));
    assert.deepEqual(
      [all.state, late.state, late.signal.reason],
      ["canceling", "canceled", "over"],
    );
    busy.finish();
    assert.equal((await all.settled).state, "canceled");
  });

  it("N8: that is canceled does not begin what waits, and waits for what cannot be canceled", async () => {
    const lab = new Lab();
    const all = lab.aggregator("all", { concurrency: 1 });
    const firm = all.add(lab.task("firm", () => lab.clock.yield(), { cancelable: false }));
    const next = all.add(lab.task("next", () => assert.fail(), { cancelable: false }));
    void all.run();
    all.cancel();
    assert.deepEqual([all.state, firm.state, next.state], ["canceling", "running", "canceled"]);
    await all.settled;
    assert.deepEqual([firm.state, all.state], ["finished", "canceled"]);
  });

  it("that is canceled before it runs never runs, nor do its parts", async () => {
    const lab = new Lab();
    const [outer, inner] = [lab.aggregator("outer"), lab.aggregator("inner")];
    const task = outer.add(inner).add(lab.task("t", () => assert.fail()));
    assert.equal(outer.cancel(), true);
    assert.deepEqual([outer.state, inner.state, task.state], ["canceled", "canceled", "canceled"]);
    await assert.rejects(outer.run(), { code: "CANCELED" });
  });

  it("that was canceled before it ran leaves what ran already to itself", () => {
    const lab = new Lab();
    const all = lab.aggregator("all");
    const observer = all.add(lab.observer("o"));
    const told: number[] = [];
    observer.on("done", (done) => told.push(done));
    all.cancel("over");
    assert.deepEqual([all.state, observer.state], ["canceled", "canceling"]);
    observer.report(50);
    lab.clock.advance(40);
    assert.deepEqual([told, all.done], [[50], 0]);
    observer.finish();
    assert.deepEqual([observer.state, all.state], ["canceled", "canceled"]);
  });

  it("that is canceled says why it was, not why a part was", async () => {
    const lab = new Lab();
    const all = lab.aggregator("all");
    const parts = [all.add(lab.observer("a")), all.add(lab.observer("b"))];
    void all.run();
    parts[0]?.cancel("a alone");
    all.cancel("all of it");
    for (const part of parts) part.finish();
    const outcome = await all.settled;
    assert.equal(outcome.state === "canceled" && outcome.reason, "all of it");
  });

  it("is held open by an observer while its parts are looked for", async () => {
    const lab = new Lab();
    const all = lab.aggregator("all");
    const search = all.add(lab.observer("looking"), 0.01);
    void all.run();
    await all.add(lab.task("found", () => undefined)).settled;
    assert.equal(all.state, "running");
    search.finish();
    await all.settled;
    assert.equal(all.state, "finished");
  });
});
