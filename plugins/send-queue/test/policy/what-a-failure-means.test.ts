import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { afterFailure, type Charged } from "../../src/policy/after-failure.ts";
import { delayOf, destinationBackOff, instanceRetriesMs } from "../../src/policy/back-off.ts";
import {
  closedBreaker,
  failed,
  mayProbe,
  probeNow,
  type Breaker,
} from "../../src/policy/breaker.ts";
import { failure } from "../../src/policy/failure.ts";
import { judgeContext, judgeTrouble } from "../../src/policy/peer-trouble.ts";
import { judgeStatus } from "../../src/policy/store-status.ts";

describe("what the status of an answer means", () => {
  for (const [status, verdict] of [
    [0x0000, "delivered"],
    [0x0111, "delivered"],
    [0xb000, "delivered B000"],
    [0xb006, "delivered B006"],
    [0xb007, "delivered B007"],
    [0xb123, "delivered B123"],
    [0x0001, "delivered 0001"],
    [0x0107, "delivered 0107"],
    [0x0116, "delivered 0116"],
    [0xa700, "destination transient"],
    [0xa7ff, "destination transient"],
    [0x0213, "destination transient"],
    [0x0124, "destination configuration"],
    [0xa900, "instance permanent"],
    [0x0106, "instance permanent"],
    [0x0112, "instance permanent"],
    [0x0115, "instance permanent"],
    [0x0117, "instance permanent"],
    [0x0118, "instance permanent"],
    [0x0119, "instance permanent"],
    [0x0122, "instance permanent"],
    [0x0211, "instance permanent"],
    [0x0212, "instance permanent"],
    [0xc000, "instance doubtful"],
    [0xcfff, "instance doubtful"],
    [0x0110, "instance transient"],
    [0x0210, "association transient"],
    [0xfe00, "association transient"],
    [0xff01, "association transient"],
    [0x1234, "instance transient"],
  ] as const) {
    const code = status.toString(16).toUpperCase().padStart(4, "0");
    it(`${code}: ${verdict}`, () => {
      const judged = judgeStatus(status);
      if (judged.kind === "delivered") {
        assert.equal(
          ["delivered", ...(judged.warning === null ? [] : [judged.warning])].join(" "),
          verdict,
        );
      } else {
        assert.equal(`${judged.failure.scope} ${judged.failure.kind}`, verdict);
        assert.equal(judged.failure.code, code);
      }
    });
  }
});

describe("what a broken association means", () => {
  for (const [what, trouble, verdict] of [
    ["refused", { kind: "unreachable", code: "ECONNREFUSED" }, "destination transient"],
    [
      "an unknown authority",
      { kind: "tls", code: "SELF_SIGNED_CERT_IN_CHAIN" },
      "destination configuration",
    ],
    ["no TLS there", { kind: "tls", code: "ECONNRESET" }, "destination transient"],
    ["1/1/1", { kind: "rejected", result: 1, source: 1, reason: 1 }, "destination transient"],
    ["1/1/2", { kind: "rejected", result: 1, source: 1, reason: 2 }, "destination configuration"],
    ["1/1/3", { kind: "rejected", result: 1, source: 1, reason: 3 }, "destination configuration"],
    ["1/1/7", { kind: "rejected", result: 1, source: 1, reason: 7 }, "destination configuration"],
    ["1/2/2", { kind: "rejected", result: 1, source: 2, reason: 2 }, "destination configuration"],
    ["2/3/1", { kind: "rejected", result: 2, source: 3, reason: 1 }, "destination transient"],
    ["2/3/2", { kind: "rejected", result: 2, source: 3, reason: 2 }, "destination transient"],
    ["2/1/3", { kind: "rejected", result: 2, source: 1, reason: 3 }, "destination transient"],
  ] as const) {
    it(`${what}: ${verdict}`, () => {
      const judged = judgeTrouble(trouble, false);
      assert.equal(`${judged.scope} ${judged.kind}`, verdict);
    });
  }

  it("in the middle of an instance that is charged, else the destination", () => {
    const aborted = { kind: "aborted", source: 2, reason: 0 } as const;
    assert.equal(judgeTrouble(aborted, true).scope, "association");
    assert.equal(judgeTrouble(aborted, false).scope, "destination");
  });

  it("a class or a syntax that the peer does not take is no matter of time", () => {
    assert.equal(judgeContext(3).kind, "permanent");
    assert.equal(judgeContext(4).kind, "permanent");
    assert.equal(judgeContext(1).kind, "doubtful");
    assert.equal(judgeContext(null).kind, "transient");
  });
});

describe("what becomes of the instance", () => {
  it("a destination's trouble is not charged to it", () => {
    const why = failure("destination", "transient", "A700", "");
    assert.deepEqual(afterFailure(why, charged(4), instanceRetriesMs), { kind: "wait" });
  });

  it("its own is tried again later and later, and then given up", () => {
    const why = failure("instance", "transient", "0110", "");
    const delays = [0, 1, 2, 3, 4, 5].map((attempts) =>
      afterFailure(why, charged(attempts), instanceRetriesMs),
    );
    assert.deepEqual(
      delays.map((next) => (next.kind === "retry" ? next.afterMs : next.kind)),
      [30_000, 120_000, 600_000, 1_800_000, 7_200_000, "give-up"],
    );
  });

  it("what the peer cannot understand is tried twice more, what is permanent never", () => {
    const doubtful = failure("instance", "doubtful", "C000", "");
    assert.deepEqual(
      [0, 1, 2].map(
        (attempts) => afterFailure(doubtful, charged(attempts), instanceRetriesMs).kind,
      ),
      ["retry", "retry", "give-up"],
    );
    const refused = judgeContext(2);
    assert.deepEqual(
      [0, 1, 2, 3].map(
        (attempts) => afterFailure(refused, charged(attempts), instanceRetriesMs).kind,
      ),
      ["retry", "retry", "retry", "give-up"],
    );
    const permanent = failure("instance", "permanent", "A900", "");
    assert.deepEqual(afterFailure(permanent, charged(0), instanceRetriesMs), { kind: "give-up" });
  });
});

describe("whether a destination is sent to", () => {
  const world = { now: 1_000, random: 0.5, backOff: destinationBackOff };
  const refused = failure("destination", "transient", "ECONNREFUSED", "");

  it("it waits 5 s after the first failure, twice as long after each, ten minutes at most", () => {
    let breaker: Breaker = closedBreaker;
    const waits = Array.from({ length: 10 }, () => {
      breaker = failed(breaker, refused, world);
      return until(breaker) - 1_000;
    });
    assert.deepEqual(waits.slice(0, 4), [5_000, 10_000, 20_000, 40_000]);
    assert.equal(waits.at(-1), 600_000);
  });

  it("an association that breaks is forgiven twice", () => {
    const broken = failure("association", "transient", "A-ABORT", "");
    const first = failed(closedBreaker, broken, world);
    const second = failed(first, broken, world);
    assert.deepEqual(
      [first.kind, second.kind, failed(second, broken, world).kind],
      ["closed", "closed", "open"],
    );
  });

  it("without resources it is left alone for a minute, misconfigured for a quarter of an hour", () => {
    const full = failure("destination", "transient", "A700", "");
    assert.equal(until(failed(closedBreaker, full, world)), 61_000);
    const wrong = failure("destination", "configuration", "rejected 1/1/3", "");
    assert.equal(until(failed(closedBreaker, wrong, world)), 901_000);
  });

  it("as long as the peer said it should", () => {
    const told = { ...refused, waitMs: 7_000 };
    assert.equal(until(failed(closedBreaker, told, world)), 8_000);
  });

  it("one probe when the time has come, or at once if somebody says so", () => {
    const open = failed(closedBreaker, refused, world);
    assert.equal(mayProbe(open, 5_999), false);
    assert.equal(mayProbe(open, 6_000), true);
    assert.equal(mayProbe(probeNow(open, 2_000), 2_000), true);
    assert.equal(mayProbe(closedBreaker, 9_999_999), false);
  });

  it("at once if the clock was set back: nobody knows how far", () => {
    const day = 86_400_000;
    const open = failed(closedBreaker, refused, { ...world, now: 10 * day });
    assert.equal(mayProbe(open, 10 * day + 4_999), false);
    assert.equal(mayProbe(open, 9 * day), true);
    // And not later than it would have been if it was set forth.
    assert.equal(mayProbe(open, 11 * day), true);
  });

  it("waits are spread by a fifth to both sides", () => {
    assert.equal(delayOf(destinationBackOff, 1, 0), 4_000);
    assert.equal(delayOf(destinationBackOff, 1, 1), 6_000);
  });
});

const until = (breaker: Breaker): number => (breaker.kind === "open" ? breaker.until : 0);

const charged = (attempts: number): Charged => ({ attempts, isAlone: false });
