import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { alertSettingsOf } from "../../src/settings/alerts.ts";
import { Alerts, type Condition } from "../../src/upkeep/alerts.ts";

const down = (since: number, destination = "pacs"): Condition => ({
  event: "destination-down",
  destination,
  state: `since ${since}`,
  details: { ErrorCode: "ECONNREFUSED" },
});
const errors = (count: number): Condition => ({
  event: "dead-letter",
  destination: "pacs",
  state: String(count),
  details: { Count: count },
});

class Told {
  readonly bodies: Readonly<Record<string, unknown>>[] = [];
  readonly troubles: unknown[] = [];
  isDeaf = false;
  readonly alerts: Alerts;

  constructor(on?: ("destination-down" | "dead-letter" | "disk-low")[]) {
    const given = { Url: "http://127.0.0.1/", MinInterval: 100, ...(on && { On: on }) };
    const settings = alertSettingsOf(given);
    assert.ok(settings !== null);
    const tell = async (body: Readonly<Record<string, unknown>>): Promise<void> => {
      if (this.isDeaf) throw new Error("deaf");
      this.bodies.push(body);
    };
    this.alerts = new Alerts(settings, tell, (error) => this.troubles.push(error));
  }
}

describe("who is told of trouble", () => {
  it("is told once of each outage of each destination", async () => {
    const { alerts, bodies } = new Told();
    for (const now of [1_000, 2_000, 900_000]) await alerts.care([down(1), down(2, "vna")], now);
    assert.deepEqual(
      bodies.map(({ Destination: one }) => one),
      ["pacs", "vna"],
    );
    const { Event: event, ErrorCode: code, Time: time } = bodies[0] ?? {};
    assert.deepEqual(
      [event, code, time],
      ["destination-down", "ECONNREFUSED", "1970-01-01T00:00:01.000Z"],
    );
    await alerts.care([down(900_500)], 901_000);
    assert.equal(bodies.length, 3);
  });

  it("is told of what comes in between all at once, after the interval", async () => {
    const { alerts, bodies } = new Told();
    await alerts.care([errors(1)], 1_000);
    await alerts.care([errors(5)], 50_000);
    await alerts.care([errors(9)], 100_999);
    assert.equal(bodies.length, 1);
    await alerts.care([errors(9)], 101_000);
    assert.deepEqual(
      bodies.map(({ Count: count }) => count),
      [1, 9],
    );
  });

  it("is told later if it does not hear", async () => {
    const told = new Told();
    told.isDeaf = true;
    await told.alerts.care([down(1)], 1_000);
    await told.alerts.care([down(1)], 30_999);
    assert.equal(told.troubles.length, 1);
    told.isDeaf = false;
    await told.alerts.care([down(1)], 31_000);
    assert.equal(told.bodies.length, 1);
  });

  it("is not told of what it does not want to hear", async () => {
    const { alerts, bodies } = new Told(["disk-low"]);
    await alerts.care([down(1), errors(1)], 1_000);
    assert.deepEqual(bodies, []);
  });

  it("has an address of http, which no message repeats", () => {
    for (const url of ["ftp://x/", "secret"]) {
      assert.throws(() => alertSettingsOf({ Url: url }), /^SettingsInvalid: The Url of/);
      assert.throws(
        () => alertSettingsOf({ Url: url }),
        (error) => !String(error).includes(url),
      );
    }
  });
});
