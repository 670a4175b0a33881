import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { FaultyPeer } from "./support/faulty-peer.ts";
import { freePort } from "../../../test/support/free-port.ts";
import { explicit, madeInstance } from "./support/made-instance.ts";
import { QueueHost } from "./support/queue-host.ts";

const count = process.env["BATON_LONG"] === "1" ? 1_000 : 100;
/** What the slow one takes for each instance, in milliseconds. */
const slowMs = 250;

describe("a dead destination and a slow one slow no other", () => {
  it(`${count} instances to each: the healthy one has all when the slow one has hardly any`, async (test) => {
    await using healthy = await FaultyPeer.listen();
    await using slow = await FaultyPeer.listen({
      answer: async () => {
        await delay(slowMs, undefined, { ref: false });
        return 0;
      },
    });
    await using host = await QueueHost.open({
      dead: await freePort(),
      slow: slow.port,
      healthy: healthy.port,
    });
    const instances = Array.from({ length: count }, () => madeInstance(explicit, 10_000));
    const ids = await host.take(instances);
    // Each a request of its own, for the dead one: so many wait for it.
    for (const id of ids) await host.store("dead", [id]);
    await host.store("slow", ids);
    await host.store("healthy", ids);
    await host.until("healthy", ({ Sent: sent }) => sent === count);
    const arrived = slow.stored.length;
    test.diagnostic(`the slow one had ${arrived} meanwhile`);
    assert.ok(arrived < count / 2, `the slow one had ${arrived}`);
    const dead = await host.destination("dead");
    assert.deepEqual([dead.Pending, dead.State], [count, "Backoff"]);
    const attempts = (await host.items("destination=dead")).map(({ Attempts: made }) => made);
    assert.deepEqual([...new Set(attempts)], [0]);
    // What is slow is not in trouble.
    assert.equal((await host.destination("slow")).State, "Ready");
    await host.until("slow", ({ Sent: sent }) => sent === count, 2 * count * slowMs);
  });
});
