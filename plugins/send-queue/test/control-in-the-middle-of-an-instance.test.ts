import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { explicit, madeInstance } from "./support/made-instance.ts";
import { ReceivingPeer } from "./support/receiving-peer.ts";
import { ServedQueue, until } from "./support/served-queue.ts";

const isLong = process.env["BATON_LONG"] === "1";
const large = isLong ? 1_000_000_000 : 64_000_000;
/** For all of it to arrive. */
const timeoutMs = isLong ? 200_000 : 20_000;

/** The slow one takes its time for so many bytes, in whatever pieces they come. */
const unit = 131_000;

/** A peer that takes its time, until it is told to hurry. */
async function slowPeer(): Promise<{
  readonly peer: ReceivingPeer;
  hurry: () => void;
  begun: () => number;
}> {
  const peer = await ReceivingPeer.listen();
  let [isSlow, begun, unread] = [true, 0, 0];
  const receive = peer.receive.bind(peer);
  peer.receive = async (message) => {
    const reception = await receive(message);
    begun += 1;
    return {
      ...reception,
      write: async (bytes) => {
        unread += bytes.length;
        if (isSlow && unread >= unit) await delay(20);
        unread %= unit;
        await reception.write(bytes);
      },
    };
  };
  return { peer, hurry: () => (isSlow = false), begun: () => begun };
}

describe("control in the middle of an instance", () => {
  it("a cancel ends it at once with A-ABORT; a resubmit sends what was not acknowledged", async () => {
    const slow = await slowPeer();
    await using peer = slow.peer;
    await using queue = await ServedQueue.open({ pacs: peer.port });
    const job = await queue.send("pacs", [madeInstance(explicit, large)]);
    await until("it is on its way", () => slow.begun() === 1);
    const startedAt = performance.now();
    await queue.host.cancelJob(job);
    // The abort comes after what fills the buffers of the system: megabytes, which the peer would take slowly.
    slow.hurry();
    await until("the peer has heard of it", () => peer.troubles.length === 1);
    const took = performance.now() - startedAt;
    assert.match(String(peer.troubles[0]), /aborted/);
    assert.ok(took < 1_000, `${took} ms`);
    const { state, error } = await queue.host.waitJob(job, { timeoutMs: 10_000 });
    assert.deepEqual([state, error?.code], ["failed", "JOB_CANCELED"]);
    const [item] = await queue.items("state=failed");
    assert.deepEqual([item?.["ErrorCode"], item?.["Attempts"]], ["CANCELED", 0]);
    // Whoever looks after other requests does not undo it.
    await queue.call("POST", "/send-queue/destinations/pacs/flush");
    assert.equal(queue.host.jobInfo(job).state, "failed");
    await queue.host.resubmitJob(job);
    assert.equal((await queue.host.waitJob(job, { timeoutMs })).state, "succeeded");
    assert.equal(peer.received.length, 1);
  });

  it("a cancel ends it also after a pause, which lets it arrive", async () => {
    const slow = await slowPeer();
    await using peer = slow.peer;
    await using queue = await ServedQueue.open({ pacs: peer.port });
    const job = await queue.send("pacs", [madeInstance(explicit, large)]);
    await until("it is on its way", () => slow.begun() === 1);
    await queue.host.pauseJob(job);
    await queue.host.cancelJob(job);
    const { state } = await queue.host.waitJob(job, { timeoutMs });
    assert.equal(state, "failed");
    assert.equal(peer.received.length, 0);
    slow.hurry();
    await until("the peer has heard of it", () => peer.troubles.length === 1);
    assert.equal(peer.received.length, 0);
  });

  it("a pause lets it arrive, and nothing after it, until it is resumed", async () => {
    const slow = await slowPeer();
    await using peer = slow.peer;
    await using queue = await ServedQueue.open(
      { pacs: peer.port },
      { Defaults: { Concurrency: 1 } },
    );
    const job = await queue.send("pacs", [madeInstance(explicit, 2_000_000), madeInstance()]);
    await until("it is on its way", () => slow.begun() === 1);
    await queue.host.pauseJob(job);
    await until("it is paused", () => queue.host.jobInfo(job).state === "paused");
    assert.equal(peer.received.length, 1);
    slow.hurry();
    await queue.host.resumeJob(job);
    assert.equal((await queue.host.waitJob(job, { timeoutMs: 20_000 })).state, "succeeded");
    assert.deepEqual([peer.received.length, peer.troubles.length], [2, 0]);
  });

  it("what is removed on its way is told as sent if it arrives all the same", async () => {
    const slow = await slowPeer();
    await using peer = slow.peer;
    await using queue = await ServedQueue.open(
      { pacs: peer.port },
      { Defaults: { Concurrency: 1 } },
    );
    const job = await queue.send("pacs", [madeInstance(explicit, 2_000_000), madeInstance()]);
    await until("it is on its way", () => slow.begun() === 1);
    const items = await queue.items("destination=pacs");
    for (const { ID: id } of items) await queue.call("DELETE", `/send-queue/items/${String(id)}`);
    slow.hurry();
    assert.equal((await queue.host.waitJob(job, { timeoutMs: 20_000 })).state, "succeeded");
    const after = await queue.items("destination=pacs");
    const states = after.map(({ State: state }) => state);
    // The second was taken with the first: it goes out, or not, and is told as what it is.
    assert.equal(states[0], "Sent");
    assert.equal(states.filter((state) => state === "Sent").length, peer.received.length);
  });

  it("errors that are put back all at once go over as few associations as ever", async () => {
    const count = isLong ? 5_000 : 500;
    await using peer = await ReceivingPeer.listen();
    let [isBad, associations, most, open] = [true, 0, 0, 0];
    peer.admit = () => {
      associations += 1;
      return null;
    };
    peer.answer = () => (isBad ? 0xa900 : 0);
    const receive = peer.receive.bind(peer);
    peer.receive = async (message) => {
      open += 1;
      most = Math.max(most, open);
      const reception = await receive(message);
      return {
        ...reception,
        finish: async () => {
          open -= 1;
          return reception.finish();
        },
      };
    };
    await using queue = await ServedQueue.open({ pacs: peer.port });
    const job = await queue.send(
      "pacs",
      Array.from({ length: count }, () => madeInstance(explicit, 500)),
    );
    assert.equal((await queue.host.waitJob(job, { timeoutMs: 60_000 })).state, "failed");
    const [status, failed] = await queue.call("GET", `/send-queue/jobs/${job}/failed`);
    assert.deepEqual(
      [status, (failed as unknown as unknown[]).length],
      [200, Math.min(count, 1_000)],
    );
    isBad = false;
    associations = 0;
    const before = peer.received.length;
    assert.equal((await queue.call("POST", "/send-queue/errors/requeue", {}))[0], 200);
    await until("all of them are sent", async () => {
      const { Sent: sent } = await queue.destination("pacs");
      return sent === count;
    });
    assert.equal(peer.received.length - before, count);
    assert.ok(most <= 2 && associations <= 4, `${most} at a time, ${associations} associations`);
  });
});
