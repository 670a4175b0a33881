import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { closedBreaker, failed, mayProbe } from "../../src/policy/breaker.ts";
import { failure } from "../../src/policy/failure.ts";
import { opensAt, readSchedule, type Schedule } from "../../src/policy/schedule.ts";

const at = (text: string): number => new Date(text).getTime();
const read = (text: string | string[]): Schedule => {
  const schedule = readSchedule(text);
  assert.ok(schedule !== null);
  return schedule;
};
const night = (): Schedule => read("22:00-06:00");

describe("when a destination is sent to", () => {
  const zone = process.env["TZ"];
  before(() => {
    process.env["TZ"] = "Europe/Berlin";
  });
  after(() => {
    if (zone === undefined) delete process.env["TZ"];
    else process.env["TZ"] = zone;
  });

  for (const { now, opens } of [
    { now: "2026-11-20T21:59:59", opens: "2026-11-20T22:00:00" },
    { now: "2026-11-20T22:00:00", opens: "2026-11-20T22:00:00" },
    { now: "2026-11-21T00:00:00", opens: "2026-11-21T00:00:00" },
    { now: "2026-11-21T05:59:59", opens: "2026-11-21T05:59:59" },
    { now: "2026-11-21T06:00:00", opens: "2026-11-21T22:00:00" },
  ]) {
    it(`over midnight: at ${now}`, () => {
      assert.equal(opensAt(night(), at(now)), at(opens));
    });
  }

  it("in the next of several windows, which may be that of tomorrow", () => {
    for (const schedule of [read(["12:00-13:00", "1:00-2:30"]), read("12:00-13:00, 01:00-02:30")]) {
      assert.equal(opensAt(schedule, at("2026-11-20T03:00")), at("2026-11-20T12:00"));
      assert.equal(opensAt(schedule, at("2026-11-20T12:30")), at("2026-11-20T12:30"));
      assert.equal(opensAt(schedule, at("2026-11-20T13:00")), at("2026-11-21T01:00"));
      assert.equal(opensAt(schedule, at("2026-12-31T13:00")), at("2027-01-01T01:00"));
    }
  });

  it("by the clock on the wall, on days of 23 and of 25 hours, too", () => {
    const hour = 3_600_000;
    const noon = read("12:00-13:00");
    const spring = at("2026-03-28T12:59");
    assert.equal(opensAt(noon, spring + 60_000) - spring - 60_000, 22 * hour);
    const autumn = at("2026-10-24T12:59");
    assert.equal(opensAt(noon, autumn + 60_000) - autumn - 60_000, 24 * hour);
    // 02:30 is not there in the night of spring.
    assert.equal(opensAt(read("02:30-04:00"), at("2026-03-29T01:00")), at("2026-03-29T03:30"));
  });

  it("anew after the clock was set by a day", () => {
    const now = at("2026-11-20T23:00");
    const day = 86_400_000;
    for (const then of [now - day, now, now + day]) assert.equal(opensAt(night(), then), then);
    const noon = at("2026-11-20T12:00");
    assert.equal(opensAt(night(), noon - day), at("2026-11-19T22:00"));
  });

  for (const text of [
    "",
    "22:00",
    "22-06",
    "22:00-22:00",
    "24:00-06:00",
    "22:60-23:00",
    "x,1:00-2:00",
    "5:00-24:01",
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.equal(readSchedule(text), null);
    });
  }

  it("takes a window that ends at midnight", () => {
    const schedule = read("20:00-24:00");
    assert.equal(opensAt(schedule, at("2026-11-20T23:59")), at("2026-11-20T23:59"));
    assert.equal(opensAt(schedule, at("2026-11-21T00:00")), at("2026-11-21T20:00"));
  });

  it("asks a destination in trouble at once when the clock was set back", () => {
    const backOff = { firstMs: 5_000, factor: 2, capMs: 600_000, jitter: 0 };
    const why = failure("destination", "transient", "ECONNREFUSED", "The peer cannot be reached.");
    const open = failed(closedBreaker, why, { now: 1_000_000, random: 0.5, backOff });
    assert.equal(mayProbe(open, 1_004_999), false);
    assert.equal(mayProbe(open, 1_005_000), true);
    assert.equal(mayProbe(open, 999_999), true);
  });
});
