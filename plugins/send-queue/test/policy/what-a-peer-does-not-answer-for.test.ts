import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodeCommitmentReport, encodeCommitmentRequest } from "../../src/dicom/commitment.ts";
import { PeerError } from "../../src/dicom/peer-error.ts";
import { afterUncommitted } from "../../src/policy/uncommitted.ts";
import { readRequest, reportOf } from "../support/commitment-messages.ts";

describe("what a peer does not answer for", () => {
  for (const [reason, attempts, next] of [
    [0x0112, 0, "send-again"],
    [0x0112, 1, "send-again"],
    [0x0112, 2, "give-up"],
    [0x0110, 0, "send-again"],
    [0x0213, 0, "send-again"],
    [0x0119, 0, "give-up"],
    [0x0122, 0, "give-up"],
    [0x0131, 9, "ask-again"],
  ] as const) {
    it(`${reason.toString(16)} after ${attempts}: ${next}`, () => {
      assert.equal(afterUncommitted(reason, attempts), next);
    });
  }
});

const text = (value: string): Buffer => Buffer.from(value, "latin1");

describe("the data sets of a storage commitment", () => {
  const references = ["1.2.3", "1.2.34"].map((sopInstance) => ({ sopClass: "1.2", sopInstance }));

  it("a request names the transaction and every instance", () => {
    assert.deepEqual(readRequest(encodeCommitmentRequest("2.25.7", references)), {
      transaction: "2.25.7",
      instances: ["1.2.3", "1.2.34"],
    });
  });

  it("a report tells what is kept and what is not, and why", () => {
    const asked = { transaction: "2.25.7", instances: ["1.2.3", "1.2.34"] };
    assert.deepEqual(decodeCommitmentReport(reportOf(asked, { "1.2.34": 0x0112 }), false), {
      transaction: "2.25.7",
      committed: ["1.2.3"],
      failed: [{ sopInstance: "1.2.34", reason: 0x0112 }],
    });
  });

  it("in explicit little endian and of undefined lengths, too", () => {
    const report = Buffer.concat([
      text("\x08\0\x95\x11UI\x06\x002.25.7"),
      text("\x08\0\x99\x11SQ\0\0\xff\xff\xff\xff"),
      text("\xfe\xff\0\xe0\xff\xff\xff\xff"),
      text("\x08\0\x50\x11UI\x04\x001.2\0"),
      text("\x08\0\x55\x11UI\x06\x001.2.3\0"),
      text("\xfe\xff\x0d\xe0\0\0\0\0"),
      text("\xfe\xff\xdd\xe0\0\0\0\0"),
    ]);
    const expected = { transaction: "2.25.7", committed: ["1.2.3"], failed: [] };
    assert.deepEqual(decodeCommitmentReport(report, true), expected);
  });

  it("whatever is cut off or nests without end is refused", () => {
    const report = reportOf({ transaction: "2.25.7", instances: ["1.2.3", "1.2.34"] });
    for (let length = 1; length < report.length; length += 1) {
      const cut = report.subarray(0, length);
      // Between the two elements it may end.
      if (length === 14) continue;
      assert.throws(() => decodeCommitmentReport(cut, false), PeerError, `at ${length}`);
    }
    const level = "\x08\0\x99\x11\xff\xff\xff\xff\xfe\xff\0\xe0\xff\xff\xff\xff";
    const deep = Buffer.from(level.repeat(1_000), "latin1");
    assert.throws(() => decodeCommitmentReport(deep, false), PeerError);
  });
});
