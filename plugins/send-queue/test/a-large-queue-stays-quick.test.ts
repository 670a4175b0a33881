import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { openSendQueue, type SendQueue } from "../src/open-send-queue.ts";
import type { QueuedInstance } from "../src/queue/item.ts";
import { FaultyPeer } from "./support/faulty-peer.ts";
import { explicit, madeInstance } from "./support/made-instance.ts";
import { QueueHost } from "./support/queue-host.ts";
import { filesOf } from "./support/queued-instance.ts";

const isLong = process.env["BATON_LONG"] === "1";
const waiting = isLong ? 100_000 : 20_000;
const sent = isLong ? 10_000 : 300;
/** So many are entered at a time. */
const chunk = 1_000;

describe("a large queue stays quick", () => {
  it(`${waiting} items of one request: opened within 5 s, and claimed from its head at once`, async (test) => {
    const folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    const opened = (): Promise<SendQueue> =>
      openSendQueue({ SendQueue: { Directory: folder, MinFreeMB: 1 } });
    try {
      await fill(await opened());
      const began = performance.now();
      await using queue = await opened();
      const took = performance.now() - began;
      test.diagnostic(`opened in ${took.toFixed(0)} ms`);
      assert.ok(took < 5_000);
      const now = Date.now();
      const times: number[] = [];
      for (let turn = 0; turn < 20; turn += 1) {
        const start = performance.now();
        const items = await queue.queue.call("claim", { request: "r", now, limit: 50 });
        times.push(performance.now() - start);
        assert.equal(items.length, 50);
      }
      const median = times.toSorted((a, b) => a - b)[10] ?? Infinity;
      test.diagnostic(`a claim takes ${median.toFixed(1)} ms`);
      assert.ok(median < 20);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it(`${sent} instances on their way: a job's state is small, and GET /jobs is answered at once`, async (test) => {
    await using peer = await FaultyPeer.listen({ keepsBytes: false });
    await using host = await QueueHost.open({ pacs: peer.port });
    const instances = Array.from({ length: sent }, () => madeInstance(explicit, 5_000));
    const ids = await host.take(instances);
    const job = await host.store("pacs", ids);
    const times: number[] = [];
    while ((await host.destination("pacs")).Pending > 0) {
      const start = performance.now();
      await host.call("GET", "/jobs");
      times.push(performance.now() - start);
      await delay(10);
    }
    const median = times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
    test.diagnostic(`GET /jobs takes ${median.toFixed(1)} ms, ${times.length} times`);
    assert.ok(median < 50);
    // All has arrived; what the job shows is complete when it has ended.
    await host.host.waitJob(job, { timeoutMs: 30_000 });
    const [, info] = await host.call("GET", `/jobs/${job}`);
    const { Resources: shown, ...content } = info["Content"] as { readonly Resources: string[] };
    assert.deepEqual(shown, ids.slice(0, 100));
    const rest = JSON.stringify({ ...info, Content: content });
    assert.ok(rest.length < 2_000, rest);
    assert.equal(peer.counts.size, sent);
  });
});

/** Then closes it. */
async function fill(open: SendQueue): Promise<void> {
  await using queue = open;
  const all = Array.from({ length: waiting }, (_, number) => instanceOf(number));
  const now = Date.now();
  for (let from = 0; from < waiting; from += chunk) {
    const some = all.slice(from, from + chunk);
    await Promise.all(some.map((instance) => queue.queue.call("keep", { instance, now })));
  }
  const request = { id: "r", destination: "pacs", priority: 0, isPermissive: false };
  await queue.queue.call("enter", { request, policy: "always", meant: filesOf(all), now });
}

const instanceOf = (number: number): QueuedInstance => ({
  hash: number.toString(16).padStart(64, "0"),
  sopClass: "1.2.840.10008.5.1.4.1.1.2",
  sopInstance: `2.25.${number}`,
  transferSyntax: explicit,
  offset: 400,
  size: 1_000,
  resources: { patient: "p", study: "s", series: "e", instance: `i${number}` },
});
