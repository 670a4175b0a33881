import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { askForCommitment, type Listener } from "../src/commitment/ask.ts";
import type { Modality } from "../src/settings/settings.ts";
import { QueueFailed } from "../src/queue/queue.ts";
import { ReceivingPeer } from "./support/receiving-peer.ts";
import { until } from "./support/served-queue.ts";

describe("asking for commitment ends its association", () => {
  it("also when the queue cannot note that the peer has taken it", async () => {
    await using peer = await ReceivingPeer.listen();
    const modality = {
      aet: "PEER",
      localAet: "SENDQ",
      address: { host: "127.0.0.1", port: peer.port, tls: null },
      timeoutMs: 10_000,
      patience: {},
    } as Modality;
    const request = {
      transaction: "2.25.1",
      references: [{ sopClass: "1.2", sopInstance: "1.3" }],
    };
    const listener: Listener = {
      taken: () => Promise.reject(new QueueFailed("database or disk is full")),
      reported: async () => 0,
      signal: new AbortController().signal,
    };
    await assert.rejects(askForCommitment(modality, request, listener), QueueFailed);
    assert.equal(peer.received.length, 1);
    await until("the peer hears of the end", () => peer.troubles.length === 1);
    assert.match(String(peer.troubles[0]), /aborted the association/);
  });
});
