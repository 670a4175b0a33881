import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { explicit, madeInstance } from "./support/made-instance.ts";
import { QueueHost } from "./support/queue-host.ts";
import { ReceivingPeer } from "./support/receiving-peer.ts";
import { until } from "./support/served-queue.ts";

const made = (count: number): ReturnType<typeof madeInstance>[] =>
  Array.from({ length: count }, () => madeInstance(explicit, 1_000));

describe("a job says how it gets on", () => {
  it("what it sends, how fast, and how often it has begun", async () => {
    await using peer = await ReceivingPeer.listen();
    peer.answer = (_message, count) => (count === 0 ? 0x0110 : 0);
    const defaults = { InstanceRetries: [2] };
    await using host = await QueueHost.open({ pacs: peer.port }, { defaults });
    const ids = await host.take(made(1));
    const job = await host.store("pacs", ids);
    const { content } = await host.host.waitJob(job, { timeoutMs: 20_000 });
    assert.deepEqual(content["Resources"], ids);
    assert.ok(Number(content["Rate"]) > 0);
    // It was tried a second time, after it had slept.
    assert.equal(content["Attempt"], 2);
  });

  it("no more than the first hundred of what it sends", async () => {
    await using peer = await ReceivingPeer.listen();
    await using host = await QueueHost.open({ pacs: peer.port });
    const ids = await host.take(made(105));
    const job = await host.store("pacs", ids);
    const { content } = await host.host.waitJob(job, { timeoutMs: 20_000 });
    assert.deepEqual(content["Resources"], ids.slice(0, 100));
    assert.equal(content["InstancesCount"], 105);
  });

  it("how often it has begun, also after a restart", async () => {
    await using peer = await ReceivingPeer.listen();
    peer.answer = (_message, count) => (count === 0 ? 0x0110 : 0);
    const defaults = { InstanceRetries: [600] };
    const first = await QueueHost.open({ pacs: peer.port }, { defaults });
    const { folder } = first;
    const job = await first.send("pacs", made(1));
    await until("it sleeps", () => first.host.jobInfo(job).state === "retrying");
    await first.host.close();
    await using again = await QueueHost.open({ pacs: peer.port }, { folder, defaults });
    const { content } = again.host.jobInfo(job);
    assert.equal(content["Attempt"], 1);
    await again.host.cancelJob(job);
  });

  it("and each of its items says whose it is", async () => {
    await using peer = await ReceivingPeer.listen();
    await using host = await QueueHost.open({ pacs: peer.port });
    const job = await host.send("pacs", made(2));
    await host.host.waitJob(job, { timeoutMs: 20_000 });
    const items = (await host.items()) as readonly { readonly Job?: string }[];
    assert.deepEqual(
      items.map(({ Job: one }) => one),
      [job, job],
    );
  });
});

describe("what is to be moved", () => {
  it("needs another destination that there is", async () => {
    await using peer = await ReceivingPeer.listen();
    await using host = await QueueHost.open({ pacs: peer.port, vna: peer.port });
    const moved = async (body: object): Promise<[number, string]> => {
      const path = "/send-queue/destinations/pacs/move";
      const [status, { Details: details }] = await host.call("POST", path, body);
      return [status, String(details)];
    };
    const [unknown, words] = await moved({ To: "vnaa" });
    assert.equal(unknown, 404);
    assert.match(words, /"vnaa"/);
    assert.equal((await moved({ To: "pacs" }))[0], 400);
    assert.equal((await moved({}))[0], 400);
    assert.equal((await moved({ To: "vna" }))[0], 200);
  });
});
