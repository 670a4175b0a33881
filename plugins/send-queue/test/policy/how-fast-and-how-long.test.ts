import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readDuration } from "../../src/policy/duration.ts";
import { fullBucket, take } from "../../src/policy/token-bucket.ts";
import { readSettings } from "../../src/settings/settings.ts";
import { SettingsInvalid } from "../../src/settings/invalid.ts";

describe("a limit of bytes per second", () => {
  it("is kept over any time, whoever shares it", () => {
    let bucket = fullBucket(100_000, 0);
    let [now, sent] = [0, 0];
    while (now < 10_000) {
      const taken = take(bucket, 65_536, now);
      ({ bucket } = taken);
      now += taken.waitMs;
      sent += 65_536;
    }
    // What goes at once at the beginning, and the last piece.
    assert.ok(Math.abs(sent - 1_000_000) <= 20_000 + 2 * 65_536, `${sent}`);
  });

  it("has those who come at the same time wait for each other", () => {
    let bucket = fullBucket(1_000, 0);
    const waits = [200, 500, 500].map((bytes) => {
      const taken = take(bucket, bytes, 0);
      ({ bucket } = taken);
      return taken.waitMs;
    });
    assert.deepEqual(waits, [0, 500, 1_000]);
  });

  it("keeps no more of what was not used than a burst", () => {
    const { bucket } = take(fullBucket(1_000, 0), 200, 0);
    assert.equal(take(bucket, 200, 60_000).waitMs, 0);
    assert.equal(take(bucket, 1_200, 60_000).waitMs, 1_000);
  });

  it("gives nothing for a clock that goes back", () => {
    const { bucket } = take(fullBucket(1_000, 5_000), 200, 5_000);
    assert.equal(take(bucket, 100, 1_000).waitMs, 100);
  });
});

describe("a time in the settings", () => {
  for (const [text, ms] of [
    ["7d", 604_800_000],
    ["30m", 1_800_000],
    ["1.5h", 5_400_000],
    ["250ms", 250],
    [10, 10_000],
    [0, 0],
    ["7", null],
    ["d", null],
    ["-1d", null],
    [-1, null],
  ] as const) {
    it(`${JSON.stringify(text)} is ${ms} ms`, () => {
      assert.equal(readDuration(text), ms);
    });
  }
});

const purgeMsOf = (purge: unknown): unknown => read({ Purge: purge }).targets.get("pacs")?.purgeMs;

const read = (own: object): ReturnType<typeof readSettings> =>
  readSettings(
    {
      DicomModalities: { pacs: ["PACS", "127.0.0.1", 104] },
      SendQueue: { Destinations: { pacs: own } },
    },
    () => "",
  );

describe("the policy of a destination", () => {
  it("has defaults", () => {
    const { targets, concurrency, bytesPerSecond } = read({});
    const pacs = targets.get("pacs");
    assert.deepEqual(
      { ...pacs, concurrency, bytesPerSecond, address: null, backOff: null },
      {
        kind: "dicom",
        name: "pacs",
        aet: "PACS",
        localAet: "SENDQ",
        address: null,
        backOff: null,
        concurrency: 8,
        timeoutMs: 60_000,
        instanceRetriesMs: [30_000, 120_000, 600_000, 1_800_000, 7_200_000],
        schedule: null,
        bytesPerSecond: null,
        maxPerAssociation: 2_000,
        stepLimit: 500,
        deleteAfter: "committed",
        maxAgeMs: 604_800_000,
        purgeMs: null,
        isStrict: false,
        areWarningsFailures: false,
        isStructureChecked: true,
        patience: {},
        alternate: null,
        commitmentMs: 86_400_000,
        isCommitmentAsked: false,
      },
    );
  });

  it("sends one after the other where the order counts", () => {
    assert.equal(read({ StrictOrder: true, Concurrency: 4 }).targets.get("pacs")?.concurrency, 1);
    assert.equal(read({ Concurrency: 4 }).targets.get("pacs")?.concurrency, 4);
  });

  it("never gives up with an age of 0", () => {
    assert.equal(read({ MaxAge: 0 }).targets.get("pacs")?.maxAgeMs, null);
  });

  it("keeps errors for ever unless that is not wanted", () => {
    assert.deepEqual(
      [purgeMsOf(false), purgeMsOf(true), purgeMsOf("2d"), purgeMsOf(0)],
      [null, 30 * 86_400_000, 2 * 86_400_000, null],
    );
  });

  it("has the time-outs of its associations", () => {
    const timeouts = { Connect: 1, Association: 2, Response: 600 };
    assert.deepEqual(read({ Timeouts: timeouts }).targets.get("pacs")?.patience, {
      connectMs: 1_000,
      associationMs: 2_000,
      responseMs: 600_000,
    });
  });

  for (const [own, words] of [
    [{ Schedule: "22:00" }, /Schedule of pacs is "22:00"; write "22:00-06:00"/],
    [{ MaxAge: "7 days" }, /MaxAge of pacs is "7 days"; write "30m"/],
    [{ BytesPerSecond: 10 }, /BytesPerSecond/],
    [{ Timeouts: { Conect: 1 } }, /Timeouts/],
  ] as const) {
    it(`refuses ${JSON.stringify(own)}`, () => {
      assert.throws(
        () => read(own),
        (error) => error instanceof SettingsInvalid && words.test(error.message),
      );
    });
  }
});
