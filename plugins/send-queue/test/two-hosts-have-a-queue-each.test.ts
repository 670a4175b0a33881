import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FaultyPeer } from "./support/faulty-peer.ts";
import { madeInstance } from "./support/made-instance.ts";
import { QueueHost } from "./support/queue-host.ts";

describe("two hosts in one process", () => {
  it("have a queue each: one goes on when the other has closed", async () => {
    await using peer = await FaultyPeer.listen();
    await using stays = await QueueHost.open({ pacs: peer.port });
    await using goes = await QueueHost.open({ pacs: peer.port });
    await goes.send("pacs", [madeInstance()]);
    await goes.until("pacs", ({ Sent: sent }) => sent === 1);
    await goes.host.close();
    await stays.send("pacs", [madeInstance(), madeInstance()]);
    await stays.until("pacs", ({ Sent: sent }) => sent === 2);
    await stays.host.close();
    assert.equal(peer.stored.length, 3);
    assert.equal(peer.open, 0);
  });
});
