import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FaultyPeer } from "./support/faulty-peer.ts";
import { explicit, madeInstance } from "./support/made-instance.ts";
import { QueueHost } from "./support/queue-host.ts";
import { until } from "./support/served-queue.ts";

/** An hour: nobody would look by himself. */
const seldom = { Retry: { First: 3_600, Factor: 1, Max: 3_600, Jitter: 0 } };

describe("jobs that sleep while their destination is in trouble", () => {
  it("end when what they wait with is moved", async () => {
    await using dead = await deadPeer();
    await using alive = await FaultyPeer.listen();
    await using host = await open({ dead: dead.port, alive: alive.port });
    const jobs = [await send(host), await send(host)];
    await asleep(host, jobs);
    const [status] = await host.call("POST", "/send-queue/destinations/dead/move", { To: "alive" });
    assert.equal(status, 200);
    await until("both have ended", () => jobs.every((job) => hasEnded(host, job)));
    await host.until("alive", ({ Sent: sent }) => sent === jobs.length);
  });

  it("end when what they wait with is removed", async () => {
    await using dead = await deadPeer();
    await using host = await open({ dead: dead.port });
    const job = await send(host);
    const other = await send(host);
    await asleep(host, [job, other]);
    const [first] = await host.items();
    const [status] = await host.call("DELETE", `/send-queue/items/${first?.ID}`);
    assert.equal(status, 200);
    await until("it has ended", () => hasEnded(host, job));
    assert.equal(hasEnded(host, other), false);
  });
});

const deadPeer = (): Promise<FaultyPeer> =>
  FaultyPeer.listen({
    greet: (wire) => {
      wire.reset();
      return true;
    },
  });

const open = (ports: Readonly<Record<string, number>>): Promise<QueueHost> =>
  QueueHost.open(ports, { destinations: { dead: seldom } });

const send = (host: QueueHost): Promise<string> =>
  host.send("dead", [madeInstance(explicit, 1_000)]);

const asleep = (host: QueueHost, jobs: readonly string[]): Promise<void> =>
  until("all sleep", () => jobs.every((job) => host.host.jobInfo(job).state === "retrying"));

const hasEnded = (host: QueueHost, job: string): boolean =>
  ["succeeded", "failed"].includes(host.host.jobInfo(job).state);
