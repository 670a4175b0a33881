import assert from "node:assert/strict";
import { it } from "node:test";
import { madeInstance } from "./support/made-instance.ts";
import { ReceivingPeer } from "./support/receiving-peer.ts";
import { RoutedQueue, until } from "./support/routed-queue.ts";

it("a newer version goes when the older one has arrived, whatever else of its request is on its way", async () => {
  await using peer = await ReceivingPeer.listen();
  const older = madeInstance();
  const newer = madeInstance(older.transferSyntax, 1_000, older.sopInstance);
  const large = madeInstance();
  const gates = new Map([older, large].map((one) => [one.sopInstance, Promise.withResolvers()]));
  const begun: string[] = [];
  const receive = peer.receive.bind(peer);
  peer.receive = async (message) => {
    begun.push(message.sopInstance);
    await gates.get(message.sopInstance)?.promise;
    return receive(message);
  };
  await using queue = await RoutedQueue.open({ peers: { pacs: peer.port } });
  const store = async (files: readonly Uint8Array[]): Promise<unknown> => {
    const ids: string[] = [];
    for (const file of files) ids.push(await queue.take(file));
    const body = { Resources: ids, Asynchronous: true };
    return (await queue.call("POST", "/modalities/pacs/store", body))[1]["ID"];
  };
  await store([older.file, large.file]);
  await until("the first is on its way", () => begun.length === 1);
  const job = await store([newer.file]);
  await until("the newer one waits", () => queue.host.jobInfo(String(job)).state === "retrying");
  try {
    gates.get(older.sopInstance)?.resolve(null);
    // The large one is not taken to its end.
    await until("it has arrived", () => peer.received.length === 2, 10);
    assert.deepEqual(
      begun.toSorted(),
      [older, newer, large].map((one) => one.sopInstance).toSorted(),
    );
  } finally {
    gates.get(large.sopInstance)?.resolve(null);
  }
});
