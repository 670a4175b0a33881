import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JobHost } from "../../../src/sdk.ts";
import type { SendParts } from "../src/job/send-job.ts";
import { takeFrom } from "../src/job/start-job.ts";
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

  it("also if they were just falling asleep, and nobody is held up for them", async () => {
    let state = "running";
    let woken = 0;
    const host = {
      jobInfo: () => ({ state }),
      wakeJob: async () => {
        woken += state === "retrying" ? 1 : 0;
        return state === "retrying";
      },
    } as unknown as JobHost;
    const answer = await takeFrom(ownerOf(host), async () => "what was taken");
    assert.deepEqual([answer, woken], ["what was taken", 0]);
    state = "retrying";
    await until("it was woken", () => woken === 1);
  });

  it("and if one cannot be woken, that is said", async () => {
    const said: string[] = [];
    const host = {
      jobInfo: () => ({ state: "retrying" }),
      wakeJob: () => Promise.reject(new Error("there is no room")),
      log: (_level: string, text: string) => void said.push(text),
    } as unknown as JobHost;
    assert.equal(await takeFrom(ownerOf(host), async () => 7), 7);
    await until("it is said", () => said.length === 1);
    assert.match(said[0] ?? "", /pacs.*there is no room/);
  });
});

/** Of one request, to `pacs`. */
function ownerOf(host: JobHost): Parameters<typeof takeFrom>[0] {
  const queue = { call: async () => [{ destination: "pacs", job: "job" }] };
  const parts = { queue } as unknown as SendParts;
  return { host, parts, destination: "pacs" };
}

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
