import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { explicit, madeInstance } from "./support/made-instance.ts";
import { QueueHost } from "./support/queue-host.ts";
import { ReceivingPeer } from "./support/receiving-peer.ts";

const made = (count: number): ReturnType<typeof madeInstance>[] =>
  Array.from({ length: count }, () => madeInstance(explicit, 1_000));

/** A host, and a job of three of which the second has failed. */
async function failed(peer: ReceivingPeer): Promise<{ host: QueueHost; job: string }> {
  peer.answer = (_message, count) => (count === 1 ? 0xa900 : 0);
  const host = await QueueHost.open({ pacs: peer.port }, { defaults: { Concurrency: 1 } });
  const job = await host.send("pacs", made(3));
  await host.host.waitJob(job, { timeoutMs: 20_000 });
  return { host, job };
}

describe("a job whose instances are sent once more", () => {
  it("sends what failed, and nothing that was acknowledged", async () => {
    await using peer = await ReceivingPeer.listen();
    const { host, job } = await failed(peer);
    await using _ = host;
    const [status, answer] = await host.call("POST", `/send-queue/jobs/${job}/resubmit`);
    assert.deepEqual([status, answer], [200, { Requeued: 1 }]);
    await host.until("pacs", ({ Sent: sent }) => sent === 3);
    assert.equal(peer.received.length, 4);
  });

  it("sends all of it by another job if that is forced", async () => {
    await using peer = await ReceivingPeer.listen();
    const { host, job } = await failed(peer);
    await using _ = host;
    const path = `/send-queue/jobs/${job}/resubmit`;
    const [status, { ID: again }] = await host.call("POST", path, { Force: true });
    assert.equal(status, 200);
    assert.notEqual(again, job);
    const { state } = await host.host.waitJob(String(again), { timeoutMs: 20_000 });
    assert.equal(state, "succeeded");
    assert.equal(peer.received.length, 6);
  });

  it("is one that the queue knows, and the wish one that it knows", async () => {
    await using peer = await ReceivingPeer.listen();
    const { host, job } = await failed(peer);
    await using _ = host;
    assert.equal((await host.call("POST", "/send-queue/jobs/nobody/resubmit"))[0], 404);
    const path = `/send-queue/jobs/${job}/resubmit`;
    assert.equal((await host.call("POST", path, { force: true }))[0], 400);
  });
});
