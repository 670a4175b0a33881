import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Pace } from "../../src/metrics/pace.ts";

describe("how fast a counter grows", () => {
  it("nobody knows at the first look, nor in the same moment", () => {
    const pace = new Pace();
    assert.equal(pace.look(5, 1_000), null);
    assert.equal(pace.look(6, 1_000), null);
  });

  it("is what it grew in the last ten seconds", () => {
    const pace = new Pace();
    pace.look(0, 0);
    assert.equal(pace.look(10, 2_000), 5);
    assert.equal(pace.look(100, 10_000), 10);
    // The first two looks are too long ago.
    assert.equal(pace.look(100, 20_000), 0);
  });

  it("is what it grew since the last look of who looks seldom", () => {
    const pace = new Pace();
    pace.look(0, 0);
    assert.equal(pace.look(60, 60_000), 1);
    assert.equal(pace.look(60, 120_000), 0);
  });
});
