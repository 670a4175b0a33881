import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { explicit, madeInstance } from "./support/made-instance.ts";
import { QueueHost } from "./support/queue-host.ts";
import { ReceivingPeer } from "./support/receiving-peer.ts";
import { until } from "./support/served-queue.ts";

const count = 60;

/** A peer that takes nothing until it is let. */
async function slowPeer(): Promise<{ readonly peer: ReceivingPeer; readonly let: () => void }> {
  const peer = await ReceivingPeer.listen();
  const gate = Promise.withResolvers<void>();
  const receive = peer.receive.bind(peer);
  peer.receive = async (message) => {
    await gate.promise;
    return receive(message);
  };
  return { peer, let: () => gate.resolve() };
}

/** Jobs of one instance each, in their order. */
async function sent(host: QueueHost, name: string, many: number): Promise<readonly string[]> {
  const instances = Array.from({ length: many }, () => madeInstance(explicit, 1_000));
  const ids = await host.take(instances);
  const jobs: string[] = [];
  for (const id of ids) jobs.push(await host.store(name, [id]));
  return jobs;
}

/** Whoever looks by itself does not before so long, in milliseconds. */
const soonMs = 15_000;

/** How long it is until the first of them looks by itself, in milliseconds. */
const sleepsFor = ({ host }: QueueHost, jobs: readonly string[]): number =>
  Math.min(...jobs.map((job) => host.jobInfo(job).dueAt ?? 0)) - Date.now();

describe("many requests wait for one slow peer", () => {
  it("asleep until it is their turn, in the order they came, and none is forgotten", async (test) => {
    const { peer, let: letGo } = await slowPeer();
    await using _ = peer;
    await using host = await QueueHost.open({ pacs: peer.port }, { defaults: { Concurrency: 1 } });
    const jobs = await sent(host, "pacs", count);
    const isState = (job: string, state: string): boolean => host.host.jobInfo(job).state === state;
    await until("all but the first sleep", () =>
      jobs.every((job, at) => isState(job, at === 0 ? "running" : "retrying")),
    );
    const began: string[] = [];
    const ended = new Set<string>();
    let changes = 0;
    host.host.observe((event) => {
      if (event.kind !== "changed") return;
      changes += 1;
      if (event.job.state === "running") began.push(event.job.id);
      if (event.job.state === "succeeded") ended.add(event.job.id);
    });
    assert.ok(sleepsFor(host, jobs.slice(1)) > soonMs);
    letGo();
    await host.until("pacs", ({ Sent: delivered }) => delivered === count);
    await until("all have ended", () => ended.size === count);
    test.diagnostic(`${changes} changes of jobs`);
    // Of each but the first: pending, running, succeeded; some may come once in vain.
    assert.ok(changes <= 4 * count, `${changes} changes`);
    assert.deepEqual([...new Set(began)], jobs.slice(1));
  });

  it("that is paused asleep, too, and go on when it is resumed", async () => {
    await using peer = await ReceivingPeer.listen();
    await using host = await QueueHost.open({ pacs: peer.port });
    await host.call("POST", "/send-queue/destinations/pacs/pause");
    const jobs = await sent(host, "pacs", 20);
    await until("all sleep", () =>
      jobs.every((job) => host.host.jobInfo(job).state === "retrying"),
    );
    assert.ok(sleepsFor(host, jobs) > soonMs);
    await host.call("POST", "/send-queue/destinations/pacs/resume");
    await host.until("pacs", ({ Sent: delivered }) => delivered === 20, 5_000);
  });

  it("and those of another are not kept waiting by all that is in use", async () => {
    const { peer, let: letGo } = await slowPeer();
    await using _ = peer;
    await using quick = await ReceivingPeer.listen();
    const few = { defaults: { Concurrency: 1 }, queue: { Concurrency: 1 } };
    await using host = await QueueHost.open({ slow: peer.port, quick: quick.port }, few);
    const [slow = ""] = await sent(host, "slow", 1);
    await until("it is sent to", () => host.host.jobInfo(slow).state === "running");
    const others = await sent(host, "quick", 3);
    await until("they sleep", () =>
      others.every((job) => host.host.jobInfo(job).state === "retrying"),
    );
    letGo();
    await host.until("quick", ({ Sent: delivered }) => delivered === 3, 5_000);
  });

  it("whoever is waited for says so when it gets into trouble", async () => {
    const { peer, let: letGo } = await slowPeer();
    await using _ = peer;
    await using host = await QueueHost.open({ pacs: peer.port }, { defaults: { Concurrency: 1 } });
    const [first = ""] = await sent(host, "pacs", 1);
    await until("it is sent to", () => host.host.jobInfo(first).state === "running");
    const [id = ""] = await host.take([madeInstance(explicit, 1_000)]);
    const body = { Resources: [id], SynchronousTimeout: 10 };
    const answer = host.call("POST", "/modalities/pacs/store", body);
    await until("it sleeps", () => host.host.jobs().some(({ state }) => state === "retrying"));
    await host.call("POST", "/send-queue/destinations/pacs/pause");
    const [status, { SendQueue: told }] = await answer;
    assert.equal(status, 500);
    assert.equal((told as { Queued: number }).Queued, 1);
    letGo();
    await host.call("POST", "/send-queue/destinations/pacs/resume");
    await host.until("pacs", ({ Sent: delivered }) => delivered === 2, 5_000);
  });
});
