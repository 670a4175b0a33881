import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { systemIds } from "../../src/adapters/system-ids.ts";
import { HurriedHost } from "./support/hurried-host.ts";

describe("a job whose plugin has crashed", { timeout: 60_000 }, () => {
  it("is tried again with the jitter taken off the delay, as after any failure", async (t) => {
    t.mock.method(systemIds, "random", () => 0.5);
    await using host = new HurriedHost();
    await host.add("crasher", { kind: "thread" });
    await host.begin();
    const backoff = { firstDelayMs: 60_000, jitter: 0.4 };
    const crash = { kind: "crash", ways: ["exit"], maxAttempts: 2, backoff };
    const id = await host.submit("crasher", crash);
    const { dueAt, changedAt } = await host.until(id, ({ state }) => state === "retrying");
    const waitMs = (dueAt ?? 0) - changedAt;
    // Of one machine's clock, read twice.
    assert.ok(Math.abs(waitMs - 48_000) < 100, `${waitMs} ms`);
  });
});
