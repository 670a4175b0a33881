import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { readTimestamp } from "../src/timestamp.ts";
import { explicit, madeInstance } from "./support/made-instance.ts";
import { ReceivingPeer } from "./support/receiving-peer.ts";
import { ServedQueue, until } from "./support/served-queue.ts";

const made = (count: number, bytes?: number): ReturnType<typeof madeInstance>[] =>
  Array.from({ length: count }, () => madeInstance(explicit, bytes));

/** A window of the day that is over, or has not begun, for an hour at least. */
function otherTime(): string {
  const hour = new Date().getHours();
  const text = (offset: number): string => String((hour + offset) % 24).padStart(2, "0");
  return `${text(11)}:00-${text(12)}:00`;
}

describe("a destination has its rules", () => {
  it("outside its windows nothing goes, and whoever waits is told until when", async () => {
    await using peer = await ReceivingPeer.listen();
    const destinations = { Destinations: { pacs: { Schedule: otherTime() } } };
    await using queue = await ServedQueue.open({ pacs: peer.port }, destinations);
    const [instance = madeInstance()] = made(1);
    const id = await queue.take(instance);
    const [status, body] = await queue.call("POST", "/modalities/pacs/store", [id]);
    assert.equal(status, 500);
    const { Queued: queued, NextRetry: next } = body["SendQueue"] as {
      Queued: number;
      NextRetry: string;
    };
    assert.equal(queued, 1);
    const { State: state, NextOpening: opening } = await queue.destination("pacs");
    assert.deepEqual([state, opening], ["Closed", next]);
    assert.ok((readTimestamp(next) ?? 0) > Date.now() + 3_600_000);
    assert.equal(peer.received.length, 0);
    await queue.reopen({ Destinations: {} });
    await queue.call("POST", "/send-queue/destinations/pacs/flush");
    const [job] = queue.host.jobs();
    const ended = await queue.host.waitJob(job?.id ?? "", { timeoutMs: 20_000 });
    assert.equal(ended.state, "succeeded");
  });

  it("no more bytes a second than it may have, by itself and with the others", async () => {
    await using peer = await ReceivingPeer.listen();
    await using other = await ReceivingPeer.listen();
    await using queue = await ServedQueue.open(
      { slow: peer.port, other: other.port },
      { BytesPerSecond: 400_000, Destinations: { slow: { BytesPerSecond: 200_000 } } },
    );
    const startedAt = performance.now();
    const jobs = [
      await queue.send("slow", made(4, 100_000)),
      await queue.send("other", made(4, 100_000)),
    ];
    const secondsOf = async (job: string | undefined): Promise<number> => {
      const { state, error } = await queue.host.waitJob(job ?? "");
      assert.equal(state, "succeeded", JSON.stringify([error, await queue.items("state=failed")]));
      return (performance.now() - startedAt) / 1_000;
    };
    const [slow = 0, both = 0] = await Promise.all(jobs.map(secondsOf));
    // 400 kB at 200 kB/s, 800 kB at 400 kB/s; a burst of a fifth of a second goes at once.
    assert.ok(slow >= 1.7, `slow: ${slow} s`);
    assert.ok(Math.max(slow, both) >= 1.7, `both: ${both} s`);
    assert.ok(both < 20, `both: ${both} s`);
  });

  it("an association for so many instances", async () => {
    await using peer = await ReceivingPeer.listen();
    let associations = 0;
    peer.admit = () => {
      associations += 1;
      return null;
    };
    const defaults = { Defaults: { MaxPerAssociation: 2, Concurrency: 1 } };
    await using queue = await ServedQueue.open({ pacs: peer.port }, defaults);
    const { state } = await queue.host.waitJob(await queue.send("pacs", made(5)));
    assert.equal(state, "succeeded");
    assert.deepEqual([peer.received.length, associations], [5, 3]);
  });

  it("warnings are errors, if it says so", async () => {
    await using peer = await ReceivingPeer.listen();
    peer.answer = (_message, count) => (count === 1 ? 0xb007 : 0);
    const defaults = { Defaults: { WarningsAreFailures: true } };
    await using queue = await ServedQueue.open({ pacs: peer.port }, defaults);
    const { state } = await queue.host.waitJob(await queue.send("pacs", made(3)));
    assert.equal(state, "failed");
    const errors = await queue.items("state=failed");
    assert.deepEqual(
      errors.map(({ ErrorCode: code }) => code),
      ["B007"],
    );
    // It has it: nobody sends it again.
    assert.equal(peer.received.length, 3);
  });

  it("one after the other in the order they came, whatever fails, over all requests", async () => {
    await using peer = await ReceivingPeer.listen();
    peer.answer = (_message, count) => (count === 1 || count === 5 ? 0x0110 : 0);
    const defaults = { StrictOrder: true, Concurrency: 4, InstanceRetries: [0.3, 0.3] };
    await using queue = await ServedQueue.open({ pacs: peer.port }, { Defaults: defaults });
    await queue.call("POST", "/send-queue/destinations/pacs/pause");
    const instances = made(9);
    const jobs: string[] = [];
    for (const at of [0, 3, 6]) jobs.push(await queue.send("pacs", instances.slice(at, at + 3)));
    await queue.call("POST", "/send-queue/destinations/pacs/resume");
    for (const job of jobs) assert.equal((await queue.host.waitJob(job)).state, "succeeded");
    const order = peer.received.map(({ message }) =>
      instances.findIndex(({ sopInstance }) => sopInstance === message.sopInstance),
    );
    assert.deepEqual(order, [0, 1, 1, 2, 3, 4, 4, 5, 6, 7, 8]);
  });

  it("as many associations at a time as all together may have", async () => {
    await using peer = await ReceivingPeer.listen();
    let open = 0;
    const gate = Promise.withResolvers<void>();
    const receive = peer.receive.bind(peer);
    peer.receive = async (message) => {
      open += 1;
      await gate.promise;
      return receive(message);
    };
    const names = ["a", "b", "c", "d"];
    const modalities = Object.fromEntries(names.map((name) => [name, peer.port]));
    await using queue = await ServedQueue.open(modalities, { Concurrency: 3 });
    const jobs: string[] = [];
    for (const name of names) jobs.push(await queue.send(name, made(2)));
    await until("all of them are in use", () => open === 3);
    // The fourth asks again every quarter of a second.
    await delay(1_000);
    assert.equal(open, 3);
    gate.resolve();
    for (const job of jobs) assert.equal((await queue.host.waitJob(job)).state, "succeeded");
    assert.equal(peer.received.length, 8);
  });
});
