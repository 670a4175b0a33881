import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { stopInTime } from "../../src/engine/plugin-life.ts";
import { FakeClock } from "../../src/testing/index.ts";

const parts = { name: "slow", version: "1", start: () => undefined };

void describe("the stop of a plugin", () => {
  void it("is waited for 5 s, then left alone with a warning that names the plugin", async () => {
    const clock = new FakeClock();
    const warnings: string[] = [];
    let isOver = false;
    const plugin = { ...parts, stop: () => new Promise<void>(() => undefined) };
    const stopping = stopInTime(plugin, clock, (text) => void warnings.push(text));
    void stopping.then(() => (isOver = true));
    clock.advance(4_999);
    await clock.yield();
    assert.equal(isOver, false);
    clock.advance(1);
    await stopping;
    assert.match(warnings.join(), /stop of plugin "slow" has not ended after 5000 ms/);
  });

  for (const [how, stop] of [
    ["is over when it returns", () => undefined],
    ["is over when it resolves", () => Promise.resolve()],
  ] as const) {
    void it(`${how}, and leaves no alarm`, async () => {
      const clock = new FakeClock();
      await stopInTime({ ...parts, stop }, clock, assert.fail);
      assert.equal(clock.alarms, 0);
    });
  }

  void it("that throws is a warning", async () => {
    const clock = new FakeClock();
    const warnings: string[] = [];
    await stopInTime({ ...parts, stop: stuck }, clock, (text) => void warnings.push(text));
    assert.deepEqual(warnings, ["stop threw: stuck"]);
    assert.equal(clock.alarms, 0);
  });
});

function stuck(): never {
  throw new Error("stuck");
}
