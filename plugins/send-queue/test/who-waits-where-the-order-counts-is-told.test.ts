import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readTimestamp } from "../src/timestamp.ts";
import { explicit, madeInstance } from "./support/made-instance.ts";
import { QueueHost } from "./support/queue-host.ts";
import { ReceivingPeer } from "./support/receiving-peer.ts";
import { until } from "./support/served-queue.ts";

/** Seconds; nobody waits for so long. */
const long = 600;

describe("where the order counts, and something is tried again later", () => {
  it("whoever waits for what came after it is told when it goes on, and it does so in its order", async () => {
    await using peer = await ReceivingPeer.listen();
    peer.answer = (_message, count) => (count === 0 ? 0x0110 : 0);
    const defaults = { StrictOrder: true, InstanceRetries: [long] };
    await using host = await QueueHost.open({ pacs: peer.port }, { defaults });
    const first = madeInstance(explicit, 1_000);
    const second = madeInstance(explicit, 1_000);
    const sent = async (id: string): Promise<[number, { SendQueue: Answer }]> => {
      const body = { Resources: [id], SynchronousTimeout: 20 };
      const [status, answer] = await host.call("POST", "/modalities/pacs/store", body);
      return [status, answer as unknown as { SendQueue: Answer }];
    };
    const [one = "", other = ""] = await host.take([first, second]);
    const [status, { SendQueue: before }] = await sent(one);
    assert.equal(status, 500);
    const [later, { SendQueue: behind }] = await sent(other);
    assert.equal(later, 500);
    assert.deepEqual([behind.Queued, behind.Failed], [1, 0]);
    // Not before what is before it.
    assert.equal(behind.NextRetry, before.NextRetry);
    assert.ok((readTimestamp(behind.NextRetry) ?? 0) > Date.now() + (long - 60) * 1_000);
    await until("it sleeps", () => host.host.jobInfo(behind.ID).state === "retrying");
    // Nobody else is before the second now, which nobody has to ask for.
    const [item] = await host.items("state=pending");
    await host.call("DELETE", `/send-queue/items/${item?.ID}`);
    const { state } = await host.host.waitJob(behind.ID, { timeoutMs: 20_000 });
    assert.equal(state, "succeeded");
    assert.deepEqual(
      peer.received.map(({ message }) => message.sopInstance),
      [first.sopInstance, second.sopInstance],
    );
  });
});

interface Answer {
  readonly ID: string;
  readonly Queued: number;
  readonly Failed: number;
  readonly NextRetry: string;
}
