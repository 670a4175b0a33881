import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  rateAfter,
  rateFrom,
  remainingMs,
  type ProgressRate,
} from "../../src/core/progress-rate.ts";

/** So much progress each second, for so many seconds, looked at ten times a second. */
function after(begin: ProgressRate, seconds: number, perSecond: number): ProgressRate {
  let rate = begin;
  for (let look = 0; look < seconds * 10; look += 1) {
    const { progress, runtimeMs } = rate;
    rate = rateAfter(rate, { progress: progress + perSecond / 10, runtimeMs: runtimeMs + 100 });
  }
  return rate;
}

const roundedMs = (rate: ProgressRate): number | null => {
  const left = remainingMs(rate);
  return left === null ? null : Math.round(left / 100) * 100;
};

describe("the rate of a job", () => {
  it("is not known before it has come on", () => {
    assert.equal(remainingMs(rateFrom(0.5, 1_000)), null);
    assert.equal(remainingMs(after(rateFrom(0.5, 1_000), 10, 0)), null);
  });

  it("is that of its last run, however long it has run before", () => {
    assert.equal(roundedMs(after(rateFrom(0.5, 1_000_000), 1, 0.1)), 4_000);
  });

  it("is the mean while little is known", () => {
    const rate = rateAfter(rateFrom(0, 0), { progress: 0.2, runtimeMs: 1_000 });
    assert.equal(roundedMs(rateAfter(rate, { progress: 0.3, runtimeMs: 2_000 })), 4_700);
  });

  it("forgets how fast it was", () => {
    const rate = after(after(rateFrom(0, 0), 10, 0.05), 60, 0.001);
    const leftMs = remainingMs(rate) ?? 0;
    // 0.44 are left: 440 s at the present rate, 61 s at that of the whole time.
    assert.ok(leftMs > 240_000 && leftMs < 440_000, `${leftMs} ms`);
  });

  it("forgets a long time in which nobody looked", () => {
    const unseen = rateAfter(rateFrom(0, 0), { progress: 0.1, runtimeMs: 3_600_000 });
    const leftMs = remainingMs(after(unseen, 15, 0.01)) ?? 0;
    // 0.75 are left: 75 s at the present rate, 10 hours at that of the hour before.
    assert.ok(leftMs > 75_000 && leftMs < 200_000, `${leftMs} ms`);
  });

  it("begins anew when the progress goes back", () => {
    const rate = rateAfter(after(rateFrom(0, 0), 5, 0.1), { progress: 0, runtimeMs: 5_100 });
    assert.equal(remainingMs(rate), null);
    assert.equal(roundedMs(after(rate, 1, 0.1)), 9_000);
  });

  it("says nothing is left at the end", () => {
    assert.equal(roundedMs(after(rateFrom(0, 0), 4, 0.25)), 0);
  });
});
