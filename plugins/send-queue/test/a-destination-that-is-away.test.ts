import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { freePort } from "../../../test/support/free-port.ts";
import { madeInstance } from "./support/made-instance.ts";
import { ReceivingPeer } from "./support/receiving-peer.ts";
import { ServedQueue, until } from "./support/served-queue.ts";

const made = (count: number): ReturnType<typeof madeInstance>[] =>
  Array.from({ length: count }, () => madeInstance());

describe("a destination that is away", () => {
  it("has its alternate: what waited so long goes there, told, and does not come back", async () => {
    const port = await freePort();
    await using pacs = await ReceivingPeer.listen();
    const rules = { vna: { Alternate: "pacs", AlternateAfter: "1s" } };
    await using queue = await ServedQueue.open(
      { vna: port, pacs: pacs.port },
      { Destinations: rules },
    );
    const job = await queue.send("vna", made(3));
    const { state, content } = await queue.host.waitJob(job, { timeoutMs: 20_000 });
    assert.equal(state, "succeeded");
    const { InstancesCount: count, MovedInstancesCount: moved, MovedTo: to } = content;
    assert.deepEqual({ count, moved, to }, { count: 0, moved: 3, to: "pacs" });
    const other = queue.host.jobs().find(({ id }) => id !== job);
    assert.equal(other?.content["MovedFrom"], "vna");
    await queue.host.waitJob(other?.id ?? "", { timeoutMs: 20_000 });
    assert.equal(pacs.received.length, 3);
    const items = await queue.items("destination=pacs");
    assert.deepEqual(
      items.map(({ CameFrom: from, State }) => [from, State]),
      Array.from({ length: 3 }, () => ["vna", "Sent"]),
    );
    // It is back: what was given away is not sent there, too.
    await using vna = await ReceivingPeer.listen({ port });
    await queue.host.waitJob(await queue.send("vna", made(1)), { timeoutMs: 20_000 });
    assert.equal(vna.received.length, 1);
  });

  it("keeps what came just now, and what waits because it is paused", async () => {
    const port = await freePort();
    await using pacs = await ReceivingPeer.listen();
    const rules = { vna: { Alternate: "pacs", AlternateAfter: "1s" } };
    await using queue = await ServedQueue.open(
      { vna: port, pacs: pacs.port },
      { Destinations: rules },
    );
    await queue.call("POST", "/send-queue/destinations/vna/probe");
    await queue.call("POST", "/send-queue/destinations/vna/pause");
    await queue.send("vna", made(1));
    const wasLongAgo = Date.now() + 2_500;
    await until("more than the time has passed", () => Date.now() > wasLongAgo);
    assert.equal((await queue.destination("vna"))["Pending"], 1);
    await queue.call("POST", "/send-queue/destinations/vna/resume");
    await until("it is given away", () => pacs.received.length === 1);
  });

  it("has errors of what waited longer than it may, and they say why", async () => {
    const defaults = { Defaults: { MaxAge: "1s" } };
    await using queue = await ServedQueue.open({ pacs: await freePort() }, defaults);
    const job = await queue.send("pacs", made(2));
    const { state, error } = await queue.host.waitJob(job, { timeoutMs: 20_000 });
    assert.deepEqual([state, error?.code], ["failed", "NOT_TRANSFERRED"]);
    const errors = await queue.items("state=failed");
    assert.deepEqual(
      errors.map(({ ErrorCode: code, Attempts: attempts }) => [code, attempts]),
      [
        ["EXPIRED", 0],
        ["EXPIRED", 0],
      ],
    );
  });

  it("stays paused over a restart", async () => {
    await using pacs = await ReceivingPeer.listen();
    await using queue = await ServedQueue.open({ pacs: pacs.port });
    await queue.call("POST", "/send-queue/destinations/pacs/pause");
    const job = await queue.send("pacs", made(1));
    await queue.reopen();
    assert.equal((await queue.destination("pacs"))["State"], "Paused");
    await until("the job has looked", () => queue.host.jobInfo(job).state === "retrying");
    assert.equal(pacs.received.length, 0);
    await queue.call("POST", "/send-queue/destinations/pacs/resume");
    assert.equal((await queue.host.waitJob(job, { timeoutMs: 20_000 })).state, "succeeded");
    await queue.reopen();
    assert.equal((await queue.destination("pacs"))["State"], "Ready");
  });
});
