import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Observer } from "../../src/progress.ts";
import { Lab } from "./support/lab.ts";

/** Reports one more unit each second. */
function work(lab: Lab, observer: Observer, seconds: number, perSecond: number = 1): void {
  for (let second = 0; second < seconds; second++) {
    observer.advance(perSecond);
    lab.clock.advance(1_000);
  }
}

const seconds = (observer: Observer): number => Math.round((observer.etaMs ?? Number.NaN) / 1_000);

describe("the time that is left", () => {
  it("is not told before it means something", () => {
    const lab = new Lab();
    const observer = lab.observer("o");
    observer.report(1);
    assert.equal(observer.etaMs, null);
    lab.clock.advance(999);
    observer.report(10);
    assert.equal(observer.etaMs, null);
    work(lab, observer, 2);
    assert.notEqual(observer.etaMs, null);
    assert.equal(observer.snapshot().state, "running");
    observer.finish();
    assert.equal(observer.etaMs, null);
  });

  it("of steady work is what it takes", () => {
    const lab = new Lab();
    const observer = lab.observer("o");
    work(lab, observer, 40);
    assert.ok(Math.abs(seconds(observer) - 60) <= 3, `${observer.etaMs}`);
    work(lab, observer, 40);
    assert.ok(Math.abs(seconds(observer) - 20) <= 1, `${observer.etaMs}`);
    observer.finish();
  });

  it("follows the last 15 seconds, not the beginning, and does not jump", () => {
    const lab = new Lab();
    const observer = lab.observer("o", { total: 1_000 });
    work(lab, observer, 60, 10);
    const before = seconds(observer);
    work(lab, observer, 1, 1);
    assert.ok(seconds(observer) < 1.5 * before, "one slow second changes little");
    work(lab, observer, 45, 1);
    const slow = (1_000 - observer.done) / 1;
    assert.ok(Math.abs(seconds(observer) - slow) < 0.15 * slow, `${seconds(observer)} of ${slow}`);
    observer.finish();
  });

  it("grows while nothing moves", () => {
    const lab = new Lab();
    const observer = lab.observer("o");
    work(lab, observer, 50);
    const before = seconds(observer);
    lab.clock.advance(30_000);
    assert.ok(seconds(observer) > 5 * before, `${before} became ${seconds(observer)}`);
    observer.finish();
  });

  it("begins anew when the total jumps, and not when it grows a little", () => {
    const lab = new Lab();
    const observer = lab.observer("o", { total: 1_000 });
    work(lab, observer, 50);
    observer.setTotal(1_050);
    assert.notEqual(observer.etaMs, null);
    observer.setTotal(2_000);
    assert.equal(observer.etaMs, null);
    work(lab, observer, 100);
    assert.ok(observer.etaMs !== null);
    observer.finish();
  });

  it("is known of an aggregator, and never of an unknown total", () => {
    const lab = new Lab();
    const all = lab.aggregator("all");
    const observer = all.add(lab.observer("o"), 3);
    void all.run();
    work(lab, observer, 50);
    assert.ok(Math.abs((all.etaMs ?? 0) / 1_000 - 50) <= 3, `${all.etaMs}`);
    const unknown = lab.observer("unknown", { total: null });
    work(lab, unknown, 50);
    assert.deepEqual([unknown.etaMs, unknown.fraction, unknown.done], [null, null, 50]);
    for (const one of [observer, unknown]) one.finish();
  });
});
