import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { DataSet } from "../../src/dicom/data-set.ts";
import type { StoreRequest } from "../../src/dicom/store-message.ts";
import { PeerError } from "../../src/dicom/peer-error.ts";
import { FaultyPeer } from "../support/faulty-peer.ts";
import { ctImageStorage, explicit } from "../support/made-instance.ts";
import { associate } from "../support/sender.ts";

const contexts = [{ id: 1, abstractSyntax: ctImageStorage, transferSyntaxes: [explicit] }];

/** So many bytes, which take no memory. */
const zeros = (size: number): DataSet => ({
  size,
  read: async (views) => {
    let length = 0;
    for (const view of views) {
      view.fill(0);
      length += view.length;
    }
    return length;
  },
});

/** Of `size` bytes, in the only context there is. */
const request = (size: number): StoreRequest => ({
  contextId: 1,
  sopClass: ctImageStorage,
  sopInstance: "1.2.3",
  data: zeros(size),
});

describe("a slow peer that gets on is none that hangs", () => {
  it("it may take many times as long as nothing may move", async () => {
    await using peer = await FaultyPeer.listen({ keepsBytes: false, chunkMs: 10 });
    // Both ends share this process: a machine that is busy holds them for a while, too.
    const patience = { progressMs: 1_500, responseMs: 60_000 };
    const association = await associate(peer.port, contexts, { patience });
    const began = performance.now();
    assert.equal((await association.store(request(40_000_000))).status, 0);
    const took = performance.now() - began;
    assert.ok(took > 3 * patience.progressMs, `it took only ${took} ms`);
    await association.release();
  });

  it("one that takes nothing any more is given up, and its association is not used again", async () => {
    await using peer = await FaultyPeer.listen({ keepsBytes: false });
    const association = await associate(peer.port, contexts, { patience: { progressMs: 300 } });
    peer.behaviour = { keepsBytes: false, chunkMs: 600_000 };
    await assert.rejects(association.store(request(100_000_000)), (error) => {
      assert.ok(error instanceof PeerError);
      assert.deepEqual(error.trouble, { kind: "silent", phase: "progress", afterMs: 300 });
      return true;
    });
    assert.equal(association.isUsable, false);
    await assert.rejects(association.store(request(10)), PeerError);
    assert.equal(peer.associations, 1);
  });

  it("nor is one that takes its time to answer, as far as it was said", async () => {
    await using peer = await FaultyPeer.listen({
      answer: async () => {
        await delay(1_500);
        return 0;
      },
    });
    const patience = { progressMs: 700, responseMs: 30_000 };
    const association = await associate(peer.port, contexts, { patience });
    assert.equal((await association.store(request(10_000))).status, 0);
    await association.release();
  });
});
