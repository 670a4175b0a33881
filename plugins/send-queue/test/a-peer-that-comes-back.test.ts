import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readTimestamp } from "../src/timestamp.ts";
import { freePort } from "../../../test/support/free-port.ts";
import { madeInstance } from "./support/made-instance.ts";
import { ReceivingPeer } from "./support/receiving-peer.ts";
import { ServedQueue, until } from "./support/served-queue.ts";

const isLong = process.env["BATON_LONG"] === "1";

const made = (count: number): ReturnType<typeof madeInstance>[] =>
  Array.from({ length: count }, () => madeInstance());

describe("a peer that comes back", () => {
  it("after three back-offs gets everything once, and no instance was charged", async () => {
    const port = await freePort();
    await using queue = await ServedQueue.open({ pacs: port });
    const job = await queue.send("pacs", made(20));
    await until("it was asked three times", async () => {
      const { FailuresInARow: failures } = await queue.destination("pacs");
      return Number(failures) >= 3;
    });
    await using peer = await ReceivingPeer.listen({ port });
    assert.equal((await queue.host.waitJob(job, { timeoutMs: 20_000 })).state, "succeeded");
    assert.equal(peer.received.length, 20);
    const items = await queue.items("destination=pacs");
    assert.deepEqual(new Set(items.map(({ Attempts: attempts }) => attempts)), new Set([0]));
  });

  it(`with room on its disk gets the rest ${isLong ? "by itself" : "when somebody says so"}`, async () => {
    await using peer = await ReceivingPeer.listen();
    let isFull = true;
    peer.answer = (_message, count) => (isFull && count >= 3 ? 0xa700 : 0);
    const defaults = { Defaults: { Concurrency: 1 } };
    await using queue = await ServedQueue.open({ pacs: peer.port }, defaults);
    const job = await queue.send("pacs", made(10));
    await until("it is known to be full", async () => {
      const { State: state } = await queue.destination("pacs");
      return state === "Backoff";
    });
    const {
      Sent: sent,
      Pending: pending,
      NextRetry: next,
      LastError: error,
    } = await queue.destination("pacs");
    assert.deepEqual([sent, pending], [3, 7]);
    assert.match(String(error), /A700/);
    assert.ok((readTimestamp(String(next)) ?? 0) > Date.now() + 50_000);
    assert.equal(peer.received.length, 4);
    isFull = false;
    if (!isLong) await queue.call("POST", "/send-queue/destinations/pacs/flush");
    const { state } = await queue.host.waitJob(job, { timeoutMs: isLong ? 100_000 : 20_000 });
    assert.equal(state, "succeeded");
    assert.equal(peer.received.length, 11);
    const items = await queue.items("destination=pacs");
    assert.deepEqual(new Set(items.map(({ Attempts: attempts }) => attempts)), new Set([0]));
  });

  it("but not by answering alone: as long as it has no room it is the same trouble", async () => {
    await using peer = await ReceivingPeer.listen();
    peer.answer = () => 0xa700;
    await using queue = await ServedQueue.open({ pacs: peer.port });
    await queue.send("pacs", made(1));
    for (const failures of [1, 2]) {
      await until(`it has failed ${failures} times`, async () => {
        const { FailuresInARow: count } = await queue.destination("pacs");
        return count === failures;
      });
      await queue.call("POST", "/send-queue/destinations/pacs/flush");
    }
  });
});
