import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { systemClock } from "../../src/adapters/system-clock.ts";

void describe("an alarm of the system's clock", () => {
  void it("rings when its time has come, not before", async () => {
    const time = systemClock.now() + 5;
    await new Promise<void>((resolve) => systemClock.at(time, resolve));
    assert.ok(systemClock.now() >= time);
  });

  void it("of a time that is over rings in a later turn", async () => {
    let isRung = false;
    const rung = new Promise<void>((resolve) => {
      systemClock.at(0, () => {
        isRung = true;
        resolve();
      });
    });
    assert.equal(isRung, false);
    await rung;
  });

  void it("does not ring at once because its time is too far for a timer", async () => {
    let isRung = false;
    const timer = systemClock.at(Number.MAX_SAFE_INTEGER, () => (isRung = true));
    await new Promise<void>((resolve) => systemClock.at(systemClock.now() + 5, resolve));
    timer.cancel();
    assert.equal(isRung, false);
  });

  void it("that was canceled does not ring", async () => {
    let isRung = false;
    systemClock.at(0, () => (isRung = true)).cancel();
    await new Promise<void>((resolve) => systemClock.at(systemClock.now() + 2, resolve));
    assert.equal(isRung, false);
  });
});
