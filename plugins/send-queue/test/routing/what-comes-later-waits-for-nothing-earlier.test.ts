import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dressedInstance } from "../support/dressed-instance.ts";
import type { MadeInstance } from "../support/made-instance.ts";
import { ReceivingPeer } from "../support/receiving-peer.ts";
import { RoutedQueue, until } from "../support/routed-queue.ts";

/** Seconds; nobody waits for so long. */
const long = 600;

const ofStudy = (): MadeInstance => dressedInstance({ 0x0020_000d: ["UI", "2.25.7"] });

describe("an instance of a study that has a job", () => {
  it("is sent at once, although the job sleeps until another of its instances is due", async () => {
    await using peer = await ReceivingPeer.listen();
    peer.answer = (_message, count) => (count === 0 ? 0x0110 : 0);
    const retries = { Concurrency: 1, InstanceRetries: [long] };
    const rules = { Rules: [{ To: ["pacs"] }], Defaults: retries };
    await using queue = await RoutedQueue.open({ peers: { pacs: peer.port }, queue: rules });
    await queue.take(ofStudy().file);
    await until("it sleeps", () => queue.jobs()[0]?.state === "retrying");
    await until("it has been tried", () => peer.received.length === 1);
    await until("it sleeps again", () => queue.jobs()[0]?.state === "retrying");
    const { file, sopInstance } = ofStudy();
    await queue.take(file);
    await until("it has arrived", () => peer.received.length === 2, 10);
    assert.equal(peer.received[1]?.message.sopInstance, sopInstance);
    assert.equal(queue.jobs().length, 1);
  });
});
