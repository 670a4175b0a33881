import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate } from "node:timers/promises";
import { HurriedHost } from "./support/hurried-host.ts";

/** More than may be under way at once. */
const crowd = 600;

interface Setup {
  readonly host: HurriedHost;
  /** Jobs made, finalized, and refused. */
  readonly counts: Int32Array;
}

async function open(): Promise<Setup> {
  const counts = new Int32Array(new SharedArrayBuffer(12));
  const settings = { crowd: { counts: counts as never } };
  const host = new HurriedHost({ slots: 2, limitJobs: 5, settings, longestMs: 5_000 });
  await host.add("crowd", { kind: "thread" });
  await host.begin();
  return { host, counts };
}

describe("a plugin whose submits stand in line", { timeout: 20_000 }, () => {
  it("is answered at once in a step that holds the slot they wait for", async () => {
    const { host, counts } = await open();
    await using _ = host;
    const sowers = await Promise.all(
      [1, 2].map(() => host.request("POST /crowd/sower") as Promise<string>),
    );
    for (const id of sowers) await host.until(id, ({ state }) => state === "running");
    await host.request("POST /crowd", {}, { jobs: crowd });
    for (const id of sowers) {
      const { error } = await host.until(id, ({ state }) => state === "failed");
      assert.equal(error?.code, "QUEUE_FULL");
    }
    // All but the two that the steps could not submit: those are still the plugin's.
    while (Atomics.load(counts, 1) < crowd) await setImmediate();
    assert.deepEqual([counts[0], counts[2]], [crowd + 2, 0]);
  });

  it("finalizes what it could not submit before the host closed", async () => {
    const { host, counts } = await open();
    await Promise.all([1, 2].map(() => host.request("POST /crowd/holder")));
    const jobs = 10_000;
    await host.request("POST /crowd", {}, { jobs });
    while (Atomics.load(counts, 0) < jobs) await setImmediate();
    await host.close();
    assert.equal(counts[1], counts[0]);
    // All but those for which there was room.
    assert.equal(counts[2], jobs - 5);
  });
});
