import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Series, seriesLength } from "../../src/dashboard/live/series.ts";

const start = 1_000_000_000_000;

describe("the samples of the graph", () => {
  it("count what finished in each second, the one that runs left out", () => {
    const series = new Series();
    series.finished([start, start + 999, start + 1_000, start + 2_000]);
    const last = series.samples(start + 2_500).slice(-2);
    assert.deepEqual(
      last.map(({ finished }) => finished),
      [2, 1],
    );
  });

  it("hold how many waited until another number is heard, and know nothing before the first", () => {
    const series = new Series();
    series.waiting(5, start);
    series.waiting(8, start + 3_000);
    const last = series.samples(start + 5_000).slice(-6);
    assert.deepEqual(
      last.map(({ waiting }) => waiting),
      [null, 5, 5, 5, 8, 8],
    );
  });

  it("are those of three minutes, but what waited before still waits", () => {
    const series = new Series();
    series.finished([start]);
    series.waiting(5, start);
    const later = start + 2 * seriesLength * 1_000;
    const samples = series.samples(later);
    assert.equal(samples.length, seriesLength);
    assert.ok(samples.every(({ finished, waiting }) => finished === 0 && waiting === 5));
    assert.ok(series.samples(later + 50_000).every(({ waiting }) => waiting === 5));
  });
});
