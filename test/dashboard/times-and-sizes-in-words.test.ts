import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ago, bytes, span, timeOf } from "../../src/dashboard/view/format.ts";
import { timeText } from "../../src/http/orthanc.ts";

describe("what people read", () => {
  it("is a time that the host wrote", () => {
    const time = Date.UTC(2026, 10, 22, 23, 59, 58, 123);
    assert.equal(timeOf(timeText(time)), time);
    assert.ok(Number.isNaN(timeOf("yesterday")));
  });

  it("is a span in two units at most", () => {
    const second = 1_000;
    for (const [ms, text] of [
      [0, "0 ms"],
      [999, "999 ms"],
      [1_250, "1.3 s"],
      [9_960, "10 s"],
      [59.4 * second, "59 s"],
      [59.6 * second, "1 m 00 s"],
      [3_599 * second, "59 m 59 s"],
      [3_600 * second, "1 h 00 m"],
      [86_400 * second, "1 d 00 h"],
      [-1, "–"],
      [Number.NaN, "–"],
    ] as const) {
      assert.equal(span(ms), text);
    }
  });

  it("is how long ago something was", () => {
    assert.deepEqual([0, 1_900, 2_000, 60_000, 7_200_000, 200_000_000].map(ago), [
      "now",
      "now",
      "2 s ago",
      "1 min ago",
      "2 h ago",
      "2 d ago",
    ]);
  });

  it("is a size", () => {
    assert.deepEqual([0, 999, 1_000, 81_954, 2_500_000, 5e15].map(bytes), [
      "0 B",
      "999 B",
      "1.0 kB",
      "82.0 kB",
      "2.5 MB",
      "5000 TB",
    ]);
  });
});
