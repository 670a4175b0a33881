import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { defaultRetryPolicy, faultOf, retryDelayMs } from "../../src/core/retry-policy.ts";

const policy = fc.record({
  maxAttempts: fc.integer({ min: 1, max: 1_000_000 }),
  firstDelayMs: fc.integer({ min: 0, max: 10_000 }),
  factor: fc.double({ min: 1, max: 1_000, noNaN: true }),
  capMs: fc.integer({ min: 10_000, max: 100_000_000 }),
  jitter: fc.double({ min: 0, max: 1, noNaN: true }),
});
const chance = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

void describe("the delay before the next try", () => {
  void it("is the first one, then that times the factor, up to the cap", () => {
    const doubling = { ...defaultRetryPolicy, firstDelayMs: 100, capMs: 350 };
    const delays = [1, 2, 3, 4].map((failures) => retryDelayMs(doubling, failures, 0));
    assert.deepEqual(delays, [100, 200, 350, 350]);
  });

  void it("is shortened by chance as far as the jitter allows", () => {
    const jittery = { ...defaultRetryPolicy, jitter: 0.2 };
    assert.equal(retryDelayMs(jittery, 1, 0), 1_000);
    assert.equal(retryDelayMs(jittery, 1, 0.5), 900);
  });

  void it("is none for ever if the first is none", () => {
    assert.equal(retryDelayMs({ ...defaultRetryPolicy, firstDelayMs: 0 }, 5_000, 0), 0);
  });

  void it("is a whole number from 0 to the cap under every legal policy", () => {
    fc.assert(
      fc.property(
        policy,
        fc.integer({ min: 1, max: 1_000_000 }),
        chance,
        (legal, failures, luck) => {
          assert.equal(faultOf(legal), null);
          const delay = retryDelayMs(legal, failures, luck);
          assert.ok(Number.isInteger(delay) && delay >= 0 && delay <= legal.capMs, `${delay}`);
        },
      ),
    );
  });

  void it("never shrinks with more failures, chance apart", () => {
    fc.assert(
      fc.property(policy, fc.integer({ min: 1, max: 2_000 }), (legal, failures) => {
        assert.ok(retryDelayMs(legal, failures, 0) <= retryDelayMs(legal, failures + 1, 0));
      }),
    );
  });
});

void describe("a policy nobody can follow", () => {
  const faults: Readonly<Record<string, Partial<typeof defaultRetryPolicy>>> = {
    "maxAttempts 0": { maxAttempts: 0 },
    "maxAttempts 1.5": { maxAttempts: 1.5 },
    "maxAttempts too large": { maxAttempts: 1_000_001 },
    "a first delay below 0": { firstDelayMs: -1 },
    "a first delay above the cap": { firstDelayMs: 10, capMs: 9 },
    "no cap": { capMs: Infinity },
    "a factor below 1": { factor: 0.9 },
    "a factor that is no number": { factor: Number.NaN },
    "a jitter above 1": { jitter: 1.1 },
  };

  for (const [name, fault] of Object.entries(faults)) {
    void it(`is refused: ${name}`, () => {
      const [word = ""] = Object.keys(fault);
      assert.match(faultOf({ ...defaultRetryPolicy, ...fault }) ?? "", new RegExp(word));
    });
  }

  void it("is not the default", () => {
    assert.equal(faultOf(defaultRetryPolicy), null);
  });
});
