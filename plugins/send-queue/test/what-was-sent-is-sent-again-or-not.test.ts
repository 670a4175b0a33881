import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { dressedInstance } from "./support/dressed-instance.ts";
import { freePort } from "../../../test/support/free-port.ts";
import { ReceivingPeer } from "./support/receiving-peer.ts";
import { RoutedQueue, until } from "./support/routed-queue.ts";

describe("what was sent is sent again, or not", () => {
  let peer: ReceivingPeer;
  let queue: RoutedQueue;
  let dead = 0;

  beforeEach(async () => {
    peer = await ReceivingPeer.listen();
    dead = await freePort();
    queue = await RoutedQueue.open({ peers: { pacs: peer.port, dead } });
  });
  afterEach(async () => {
    await queue[Symbol.asyncDispose]();
    await peer[Symbol.asyncDispose]();
  });

  const send = async (id: string, options: object = {}): Promise<number> => {
    const [status] = await queue.call("POST", "/modalities/pacs/store", {
      Resources: [id],
      ...options,
    });
    return status;
  };

  for (const [policy, times] of [
    ["always", 2],
    ["updates-only", 1],
    ["new-only", 1],
    ["never", 1],
    [undefined, 2],
  ] as const) {
    it(`the same bytes, asked for with ${policy ?? "no policy"}: ${times} in all`, async () => {
      const id = await queue.take(dressedInstance().file);
      assert.equal(await send(id), 200);
      const again = await send(id, policy === undefined ? {} : { RepushPolicy: policy });
      assert.deepEqual([again, peer.received.length], [200, times]);
    });
  }

  it("what is asked for twice at the same time: once, and both are told when it has arrived", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const receive = peer.receive.bind(peer);
    peer.receive = async (message) => {
      await promise;
      return receive(message);
    };
    const id = await queue.take(dressedInstance().file);
    let answered = 0;
    const asked = [1, 2].map(async () => {
      const status = await send(id);
      answered += 1;
      return status;
    });
    await until("both are queued", async () => queue.jobs().length === 2);
    assert.equal(answered, 0);
    resolve();
    assert.deepEqual(await Promise.all(asked), [200, 200]);
    assert.equal(peer.received.length, 1);
  });

  it("what waits for a dead destination already: once, and who asks again is told which job has it", async () => {
    const id = await queue.take(dressedInstance().file);
    const store = (): ReturnType<RoutedQueue["call"]> =>
      queue.call("POST", "/modalities/dead/store", { Resources: [id] });
    const [first, body] = await store();
    assert.equal(first, 500);
    const { ID: job } = body["SendQueue"] as { readonly ID: string };
    const [second, again] = await store();
    assert.deepEqual([second, again["ID"]], [202, job]);
    assert.equal((await queue.items("destination=dead")).length, 1);
  });

  it("a newer version after the older, however they come", async () => {
    const old = dressedInstance();
    const changed = dressedInstance({ 0x0008_103e: ["LO", "changed"] }, old.sopInstance);
    const statuses: number[] = [];
    for (const { file } of [old, changed, old]) statuses.push(await send(await queue.take(file)));
    assert.deepEqual(statuses, [200, 200, 200]);
    const order = peer.received.map(({ bytes }) => (bytes.equals(old.dataSet) ? "old" : "new"));
    assert.deepEqual(order, ["old", "new", "old"]);
  });

  it("an older version never after a newer one that was sent, even if somebody asks", async () => {
    const old = dressedInstance();
    const changed = dressedInstance({ 0x0008_103e: ["LO", "changed"] }, old.sopInstance);
    peer.answer = (_message, count) => (count === 0 ? 0xa900 : 0);
    assert.equal(await send(await queue.take(old.file)), 500);
    assert.equal(await send(await queue.take(changed.file)), 200);
    const [, { Requeued: count }] = await queue.call("POST", "/send-queue/errors/requeue", {});
    assert.equal(count, 0);
    assert.equal((await queue.items("state=failed")).length, 1);
    assert.equal(peer.received.length, 2);
  });
});
