import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { timestamp } from "../src/timestamp.ts";
import { madeInstance } from "./support/made-instance.ts";
import { ReceivingPeer } from "./support/receiving-peer.ts";
import { RoutedQueue, until, type Answer } from "./support/routed-queue.ts";

const tomorrow = "2999-01-01T00:00:00.000Z";

describe("who waits for an older version", () => {
  let peer: ReceivingPeer;
  let queue: RoutedQueue;

  beforeEach(async () => {
    peer = await ReceivingPeer.listen();
    queue = await RoutedQueue.open({ peers: { pacs: peer.port } });
  });
  afterEach(async () => {
    await queue[Symbol.asyncDispose]();
    await peer[Symbol.asyncDispose]();
  });

  const store = async (file: Uint8Array, more: object = {}): Promise<[number, Answer]> => {
    // Whoever is not told would wait for good.
    const body = { Resources: [await queue.take(file)], SynchronousTimeout: 20, ...more };
    return queue.call("POST", "/modalities/pacs/store", body);
  };

  it("that is sent tomorrow is told so at once, sleeps, and is woken when that is taken back", async () => {
    const older = madeInstance();
    const newer = madeInstance(older.transferSyntax, 1_000, older.sopInstance);
    assert.equal((await store(older.file, { NotBefore: tomorrow }))[0], 202);
    const [status, answer] = await store(newer.file);
    assert.equal(status, 500);
    const { ID: job, ...told } = answer["SendQueue"] as Answer;
    const next = timestamp(Date.parse(tomorrow));
    assert.deepEqual(told, { Queued: 1, Failed: 0, NextRetry: next });
    await until("it sleeps", () => queue.host.jobInfo(String(job)).state === "retrying");
    assert.equal(peer.received.length, 0);
    const [first] = await queue.items();
    await queue.call("DELETE", `/send-queue/items/${String(first?.["ID"])}`);
    const { state } = await queue.host.waitJob(String(job), { timeoutMs: 20_000 });
    assert.equal(state, "succeeded");
    assert.deepEqual(
      peer.received.map(({ bytes }) => bytes),
      [newer.dataSet],
    );
  });
});
