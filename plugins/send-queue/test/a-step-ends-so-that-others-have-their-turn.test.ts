import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { madeInstance } from "./support/made-instance.ts";
import { ReceivingPeer } from "./support/receiving-peer.ts";
import { ServedQueue, until } from "./support/served-queue.ts";

describe("a step ends so that others have their turn", () => {
  it("after so many instances, if somebody of a higher priority has come meanwhile", async () => {
    await using peer = await ReceivingPeer.listen();
    const gate = Promise.withResolvers<void>();
    const receive = peer.receive.bind(peer);
    let begun = 0;
    peer.receive = async (message) => {
      begun += 1;
      await gate.promise;
      return receive(message);
    };
    const defaults = { Defaults: { MaxPerAssociation: 2, Concurrency: 1 } };
    await using queue = await ServedQueue.open({ pacs: peer.port }, defaults);
    const plain = Array.from({ length: 6 }, () => madeInstance());
    const urgent = madeInstance();
    const first = await queue.send("pacs", plain);
    await until("the first is on its way", () => begun > 0);
    const body = { Resources: [await queue.take(urgent)], Asynchronous: true, Priority: 10 };
    const [, { ID: second }] = await queue.call("POST", "/modalities/pacs/store", body);
    await until("the other waits", () => queue.host.jobInfo(String(second)).state === "retrying");
    gate.resolve();
    await queue.host.waitJob(first);
    const order = peer.received.map(({ message }) => message.sopInstance);
    assert.equal(order.indexOf(urgent.sopInstance), 2, order.join(", "));
    assert.equal(order.length, 7);
  });
});
