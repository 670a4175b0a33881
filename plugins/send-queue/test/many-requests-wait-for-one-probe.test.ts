import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { FaultyPeer } from "./support/faulty-peer.ts";
import { explicit, madeInstance } from "./support/made-instance.ts";
import { QueueHost } from "./support/queue-host.ts";
import { until } from "./support/served-queue.ts";

/** Half a second apart, that many would need half a minute to look by themselves. */
const count = 60;
const probes = 6;

describe("many requests wait for one probe", () => {
  it("sleep while others ask the peer, and are woken when it is there", async (test) => {
    let isDead = true;
    let asked = 0;
    await using peer = await FaultyPeer.listen({
      greet: (wire) => {
        asked += 1;
        if (isDead) wire.reset();
        return isDead;
      },
    });
    const rules = { pacs: { Retry: { First: 0.5, Factor: 1, Max: 0.5, Jitter: 0 } } };
    await using host = await QueueHost.open({ pacs: peer.port }, { destinations: rules });
    const ids = await host.take(Array.from({ length: count }, () => madeInstance(explicit, 1_000)));
    const jobs: string[] = [];
    for (const id of ids) jobs.push(await host.store("pacs", [id]));
    const areAsleep = (): boolean =>
      jobs.every((job) => host.host.jobInfo(job).state === "retrying");
    await until("all have found it dead", areAsleep);
    let changes = 0;
    host.host.observe(({ kind }) => void (changes += kind === "changed" ? 1 : 0));
    const before = asked;
    await until("it was asked some times", () => asked >= before + probes);
    test.diagnostic(`${asked - before} probes, ${changes} changes of jobs`);
    // Each probe of each request would be three.
    assert.ok(changes < count * probes, `${changes} changes`);
    isDead = false;
    await host.until("pacs", ({ Sent: sent }) => sent === count, 15_000);
  });

  it("is made no more when nothing waits", async () => {
    let asked = 0;
    await using peer = await FaultyPeer.listen({
      greet: (wire) => {
        asked += 1;
        wire.reset();
        return true;
      },
    });
    await using host = await QueueHost.open({ pacs: peer.port });
    const job = await host.send("pacs", [madeInstance(explicit, 1_000)]);
    await until("it was asked", () => asked > 3);
    await host.host.cancelJob(job);
    await until("its job has ended", () => host.host.jobInfo(job).state === "failed");
    // What was on its way may come still; then there is six times as long as between two.
    await delay(1_000);
    const last = asked;
    await delay(3_000);
    assert.equal(asked, last);
  });
});
