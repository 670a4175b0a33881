import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Lab } from "./support/lab.ts";

// N17 to N19 and N23.
describe("progress", () => {
  it("N19: is told at most 25 times a second, however often it is reported", () => {
    const lab = new Lab();
    const all = lab.aggregator("all");
    const observer = all.add(lab.observer("o", { total: 1_000_000 }), 1_000);
    let events = 0;
    all.on("done", () => (events += 1));
    const perSecond: number[] = [];
    for (let second = 0; second < 3; second++) {
      const before = events;
      for (let ms = 0; ms < 1_000; ms++) {
        for (let report = 0; report < 100; report++) observer.advance();
        lab.clock.advance(1);
      }
      perSecond.push(events - before);
    }
    assert.deepEqual(perSecond, [25, 25, 25]);
    assert.equal(lab.clock.alarms, 0);
    observer.finish();
  });

  it("is told 40 ms after the first report, with what there is by then", () => {
    const lab = new Lab();
    const observer = lab.observer("o");
    const heard: (readonly [number, number])[] = [];
    observer.on("done", (done, before) => heard.push([done, before]));
    lab.clock.advance(40);
    observer.report(3);
    lab.clock.advance(39);
    observer.report(5);
    assert.deepEqual(heard, []);
    lab.clock.advance(1);
    observer.report(9);
    lab.clock.advance(1_000);
    assert.deepEqual(heard, [
      [5, 0],
      [9, 5],
    ]);
    assert.equal(lab.clock.alarms, 0);
  });

  it("N17: of one percent in a leaf six levels down moves the root", () => {
    const lab = new Lab();
    const root = lab.aggregator("root");
    let above = root;
    for (let level = 1; level < 6; level++) above = above.add(lab.aggregator(`${level}`));
    const leaf = above.add(lab.observer("leaf"));
    const seen: number[] = [];
    root.on("done", (done) => seen.push(done));
    for (let percent = 1; percent <= 100; percent++) {
      leaf.report(percent);
      lab.clock.advance(40);
    }
    assert.deepEqual(
      seen,
      Array.from({ length: 100 }, (_, index) => index + 1),
    );
  });

  it("N18: never goes back, and a stopped one is not the whole", () => {
    const lab = new Lab();
    const all = lab.aggregator("all");
    const [a, b] = [all.add(lab.observer("a")), all.add(lab.observer("b"))];
    a.report(90);
    assert.equal(all.fraction, 0.45);
    a.setTotal(900);
    assert.deepEqual([a.fraction, a.done, all.fraction], [0.9, 90, 0.45]);
    a.setTotal(null);
    assert.deepEqual([a.fraction, a.snapshot().percent, all.fraction], [null, null, 0.45]);
    a.finish();
    b.report(99.999_999);
    assert.equal(all.snapshot().percent, 99);
    b.cancel();
    b.finish();
    assert.deepEqual([a.fraction, a.total, b.snapshot().percent], [1, 90, 99]);
  });

  it("of a tree is told by one timer, that of its root", () => {
    const lab = new Lab();
    const all = lab.aggregator("all");
    const parts = ["a", "b"].map((name) => lab.observer(name));
    for (const part of parts) part.report(1);
    assert.equal(lab.clock.alarms, 2);
    for (const part of parts) all.add(part);
    assert.equal(lab.clock.alarms, 1);
    for (const part of parts) part.finish();
  });

  it("does not depend on whether somebody looked before a total grew or a part was added", () => {
    const lab = new Lab();
    const all = lab.aggregator("all");
    const observer = all.add(lab.observer("o"));
    observer.report(90);
    observer.setTotal(900);
    const other = all.add(lab.observer("other"));
    assert.deepEqual([observer.fraction, all.fraction], [0.9, 0.9]);
    for (const one of [observer, other]) one.finish();
    assert.equal(all.fraction, 1);
  });

  it("N23: is watched until the end, by a slow reader too, and by one who breaks off", async () => {
    const lab = new Lab();
    const observer = lab.observer("o");
    const seen: unknown[] = [];
    const reading = (async () => {
      for await (const { done, state } of observer.watch()) seen.push([done, state]);
    })();
    await lab.clock.yield();
    for (const done of [1, 2, 3]) {
      observer.report(done);
      lab.clock.advance(40);
    }
    await lab.clock.yield();
    for await (const { done } of observer.watch()) {
      assert.equal(done, 3);
      break;
    }
    observer.finish();
    await reading;
    assert.deepEqual(seen, [
      [0, "running"],
      [3, "running"],
      [100, "finished"],
    ]);
  });
});
