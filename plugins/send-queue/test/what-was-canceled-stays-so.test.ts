import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dressedInstance } from "./support/dressed-instance.ts";
import { freePort } from "../../../test/support/free-port.ts";
import { ReceivingPeer } from "./support/receiving-peer.ts";
import { RoutedQueue, until } from "./support/routed-queue.ts";

describe("what was canceled stays so", () => {
  it("when one instance of it is tried again", async () => {
    await using peer = await ReceivingPeer.listen();
    await using queue = await RoutedQueue.open({ peers: { pacs: peer.port } });
    const ids: string[] = [];
    for (let at = 0; at < 3; at += 1) ids.push(await queue.take(dressedInstance().file));
    const failed = async (): Promise<number> => (await queue.items("state=failed")).length;
    await queue.call("POST", "/send-queue/destinations/pacs/pause");
    const body = { Resources: ids, Asynchronous: true };
    const [, { ID: job }] = await queue.call("POST", "/modalities/pacs/store", body);
    await queue.host.cancelJob(String(job));
    await until("all are errors", async () => (await failed()) === 3);
    await queue.call("POST", "/send-queue/destinations/pacs/resume");
    const [item] = await queue.items();
    await queue.call("POST", `/send-queue/items/${String(item?.["ID"])}/retry`);
    await until("it has arrived", () => peer.received.length > 0);
    await until("nobody sends", () => queue.jobs().every(({ state }) => state === "failed"));
    assert.equal(peer.received.length, 1);
    const errors = (await queue.items()).map(({ ErrorCode: code, State: state }) => [state, code]);
    assert.deepEqual(errors.slice(1), [
      ["Failed", "CANCELED"],
      ["Failed", "CANCELED"],
    ]);
    assert.equal(errors[0]?.[0], "Sent");
  });

  it("when its job has not had its turn since a restart", async () => {
    const port = await freePort();
    const long = { Retry: { First: 60, Factor: 1, Max: 60, Jitter: 0 } };
    await using queue = await RoutedQueue.open({
      peers: { pacs: port },
      queue: { Defaults: long },
    });
    const body = { Resources: [await queue.take(dressedInstance().file)], Asynchronous: true };
    const [, { ID: job }] = await queue.call("POST", "/modalities/pacs/store", body);
    const isWaiting = (): boolean => queue.host.jobInfo(String(job)).state === "retrying";
    await until("its destination is away", isWaiting);
    await queue.reopen();
    await queue.host.cancelJob(String(job));
    await until("it is an error", async () => (await queue.items("state=failed")).length === 1);
    assert.deepEqual(
      [queue.jobs().length, (await queue.items())[0]?.["ErrorCode"]],
      [1, "CANCELED"],
    );
  });
});
