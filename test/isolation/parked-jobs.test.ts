import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { eventually } from "../native/support/host-eventually.ts";
import { Crashers } from "./support/crashers.ts";
import { HurriedHost } from "./support/hurried-host.ts";

const crashers = new Crashers();

for (const place of ["thread", "process", "native"] as const) {
  void describe(`jobs of an isolated plugin, ${place}`, { timeout: 60_000 }, () => {
    void it("are parked above maxPayloads, and go on after a crash, too", async () => {
      await using host = new HurriedHost({ slots: 1, maxPayloads: 2 });
      await crashers.add(host, "crasher", place);
      await host.begin();
      const crash = { kind: "crash", ways: ["exit"], maxAttempts: 2, priority: 1 };
      const holder = await host.submit("crasher", { kind: "steady", left: 1_000, priority: 9 });
      await host.until(holder, ({ state }) => state === "running");
      const ids = [await host.submit("crasher", crash)];
      for (let count = 0; count < 6; count += 1) {
        ids.push(await host.submit("crasher", { kind: "steady", left: 2 }));
      }
      await eventually(() => host.engine.payloads.owned === 1 + 2);
      await host.engine.cancelJob(holder);
      const ends = await Promise.all(
        ids.map((id) => host.until(id, ({ state }) => state === "succeeded" || state === "failed")),
      );
      assert.deepEqual(
        ends.map(({ state, attempts }) => [state, attempts]),
        [["succeeded", 1], ...Array.from({ length: 6 }, () => ["succeeded", 0])],
      );
    });
  });
}
