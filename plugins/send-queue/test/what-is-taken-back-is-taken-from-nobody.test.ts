import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { dressedInstance } from "./support/dressed-instance.ts";
import { ReceivingPeer } from "./support/receiving-peer.ts";
import { RoutedQueue, until, type Answer } from "./support/routed-queue.ts";

describe("what is taken back is taken from nobody", () => {
  let peer: ReceivingPeer;
  let queue: RoutedQueue;
  let letGo: () => void;
  let begun = 0;

  beforeEach(async () => {
    peer = await ReceivingPeer.listen();
    queue = await RoutedQueue.open({ peers: { pacs: peer.port } });
    const gate = Promise.withResolvers<void>();
    letGo = gate.resolve;
    begun = 0;
    const receive = peer.receive.bind(peer);
    peer.receive = async (message) => {
      begun += 1;
      await gate.promise;
      return receive(message);
    };
  });
  afterEach(async () => {
    letGo();
    await queue[Symbol.asyncDispose]();
    await peer[Symbol.asyncDispose]();
  });

  const store = (id: string, options: object): Promise<[number, Answer]> =>
    queue.call("POST", "/modalities/pacs/store", { Resources: [id], ...options });

  for (const policy of ["always", "updates-only", "new-only", "never"]) {
    it(`nor from who asked for the same meanwhile, with ${policy}`, async () => {
      // It takes the second, and not the first.
      peer.answer = (_message, count) => (count === 0 ? 0xa900 : 0);
      const id = await queue.take(dressedInstance().file);
      const first = store(id, { Queue: false });
      await until("it is being sent", () => begun === 1);
      const asked = { Asynchronous: true, RepushPolicy: policy };
      const [status, { ID: job }] = await store(id, asked);
      assert.equal(status, 200);
      letGo();
      assert.equal((await first)[0], 500);
      const { state } = await queue.host.waitJob(String(job), { timeoutMs: 20_000 });
      assert.deepEqual([state, peer.received.length], ["succeeded", 2]);
      const states = (await queue.items()).map(({ State: one }) => one);
      assert.deepEqual(states, ["Removed", "Sent"]);
    });
  }
});
