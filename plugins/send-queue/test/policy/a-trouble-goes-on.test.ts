import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { destinationBackOff } from "../../src/policy/back-off.ts";
import {
  answered,
  closedBreaker,
  failed,
  succeeded,
  type Breaker,
} from "../../src/policy/breaker.ts";
import { failure, type Failure } from "../../src/policy/failure.ts";
import { judgeTrouble } from "../../src/policy/peer-trouble.ts";

const [minute, hour] = [60_000, 3_600_000];

const full = failure("destination", "transient", "A700", "");
const refused = failure("destination", "transient", "ECONNREFUSED", "");
const rejection = (result: number, source: number, reason: number): Failure =>
  judgeTrouble({ kind: "rejected", result, source, reason }, false);

/** After a failure at `now`. */
const after = (
  breaker: Breaker,
  why: Failure,
  now: number,
): Breaker & { readonly kind: "open" } => {
  const next = failed(breaker, why, { now, random: 0.5, backOff: destinationBackOff });
  assert.equal(next.kind, "open");
  return next;
};

describe("a trouble goes on", () => {
  it("of a peer that answers and has no room: it is left alone longer and longer", () => {
    let breaker: Breaker = closedBreaker;
    let now = 0;
    const waits = Array.from({ length: 6 }, () => {
      const open = after(breaker, full, now);
      const waitMs = open.until - now;
      now = open.until;
      breaker = answered(open, now);
      return waitMs / minute;
    });
    assert.deepEqual(waits, [1, 2, 4, 8, 10, 10]);
  });

  it("since it began, and not since the peer answered last", () => {
    const open = after(closedBreaker, full, 5);
    assert.deepEqual(pick(after(answered(open, minute), full, minute + 1)), [2, 5]);
    const broken = failure("association", "transient", "A-ABORT", "");
    const world = { now: minute, random: 0.5, backOff: destinationBackOff };
    const once = failed(answered(open, minute), broken, world);
    assert.equal(once.kind, "closed", "an association that breaks is forgiven all the same");
    assert.deepEqual(pick(after(failed(once, broken, world), broken, minute)), [2, 5]);
  });

  it("however soon it is asked again: to send something takes its time", () => {
    const backOff = { firstMs: 100, factor: 1, capMs: 100, jitter: 0 };
    const open = after(closedBreaker, full, 0);
    const next = failed(answered(open, 10), full, { now: 5_000, random: 0.5, backOff });
    assert.equal(next.kind === "open" && next.failures, 2);
  });

  it("not if something was delivered meanwhile, or it was well for long", () => {
    const open = after(closedBreaker, full, 5);
    assert.deepEqual(pick(after(succeeded(), full, 9)), [1, 9]);
    const later = 11 * minute;
    assert.deepEqual(pick(after(answered(open, 6), full, later)), [1, later]);
  });
});

describe("a peer that rejects associations without a reason", () => {
  it("is overloaded, until it has done so for an hour: then somebody has to look at it", () => {
    const first = after(closedBreaker, rejection(1, 1, 1), 0);
    assert.equal(first.why.kind, "transient");
    const soon = after(first, rejection(1, 1, 1), hour - 1);
    assert.equal(soon.why.kind, "transient");
    const late = after(soon, rejection(1, 1, 1), hour);
    assert.deepEqual([late.why.kind, late.until], ["configuration", hour + 15 * minute]);
    assert.match(late.why.sentence, /for an hour/);
    assert.equal(after(late, rejection(1, 1, 1), 2 * hour).why.kind, "configuration");
  });

  it("but not one that was away for that hour, or says that it is congested", () => {
    const away = after(closedBreaker, refused, 0);
    assert.equal(after(away, rejection(1, 1, 1), hour).why.kind, "transient");
    const congested = after(closedBreaker, rejection(2, 3, 1), 0);
    assert.equal(after(congested, rejection(2, 3, 1), 2 * hour).why.kind, "transient");
  });
});

const pick = ({ failures, since }: Breaker & { readonly kind: "open" }): readonly number[] => [
  failures,
  since,
];
