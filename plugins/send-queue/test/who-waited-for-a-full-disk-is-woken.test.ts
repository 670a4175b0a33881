import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JobHost } from "../../../src/sdk.ts";
import { Destination, type Drained } from "../src/destinations/destination.ts";
import { Lanes } from "../src/destinations/lanes.ts";
import type { Sender, SenderFactory } from "../src/destinations/sender.ts";
import { Requests } from "../src/job/requests.ts";
import type { SendParts } from "../src/job/send-job.ts";
import { destinationBackOff } from "../src/policy/back-off.ts";
import type { Item, Place } from "../src/queue/item.ts";
import { QueueFailed, type Queue } from "../src/queue/queue.ts";
import type { Target } from "../src/settings/settings.ts";
import { Wakes } from "../src/upkeep/wakes.ts";
import { until } from "./support/served-queue.ts";

/** So many outcomes wait for the disk at most. */
const most = 1_000;
const jobs = Array.from({ length: 50 }, (_, at) => `job ${at}`);

const placeOf = (job: string, number: number): Place => ({
  request: job,
  job,
  priority: 0,
  number,
  first: number,
});

/** Delivers whatever it is given. */
const way: Sender = {
  isUsable: true,
  room: { instances: 1, bytes: 1 },
  carries: () => true,
  async *send([item]) {
    yield [{ item, verdict: { kind: "delivered", warning: null } }];
  },
  close: async () => {},
  abort: () => {},
};

/** A queue whose disk takes something, or not. */
class Disk {
  isFull = false;
  readonly #waiting: Item[] = Array.from(
    { length: most },
    (_, id) => ({ id, attempts: 0, isAlone: false, instance: { size: 1 } }) as Item,
  );

  readonly queue = {
    acknowledge: () => false,
    call: async (name: string) => {
      if (name === "claim") return this.#waiting.splice(0);
      if (name === "place") return null;
      if (name === "places") return jobs.map(placeOf);
      if (this.isFull) throw new QueueFailed("database or disk is full", { isFull: true });
      return undefined;
    },
  } as unknown as Queue;
}

function destinationOf(queue: Queue): Destination {
  const senders: SenderFactory = { open: async () => way, probe: async () => {} };
  const policy = { concurrency: 1, schedule: null, commitmentMs: null, isStrict: false };
  const target = { name: "pacs", ...policy, backOff: destinationBackOff } as unknown as Target;
  return new Destination(target, { queue, senders, lanes: new Lanes(1), isPaused: false });
}

const drain = (destination: Destination): Promise<Drained> =>
  destination.drain({
    request: "1",
    until: Number.POSITIVE_INFINITY,
    limit: most,
    mayGoOn: () => true,
    signal: new AbortController().signal,
    onSettling: () => () => {},
  });

describe("jobs that wait since the disk of the queue is full", () => {
  it("are woken when it takes something again, though their peer was never in trouble", async (test) => {
    const disk = new Disk();
    const destination = destinationOf(disk.queue);
    test.after(() => destination.close());
    const woken: string[] = [];
    const host = {
      jobInfo: () => ({ state: "retrying" }),
      wakeJob: async (job: string) => woken.push(job) > 0,
    } as unknown as JobHost;
    const parts = {
      queue: disk.queue,
      requests: new Requests(),
    } as unknown as SendParts;
    const wakes = new Wakes(host, parts, Object.assign([destination], { onEntered: () => {} }));
    test.after(() => wakes.close());
    // There is one way.
    await until("the first was woken at the start", () => woken.length === 1);
    disk.isFull = true;
    const { hurries } = destination.gate;
    const { held } = await drain(destination);
    assert.ok(held?.kind === "open");
    assert.deepEqual([held.why.code, destination.breaker.kind], ["ENOSPC", "closed"]);
    destination.line.turns.leave("job 0");
    destination.line.callNext();
    assert.deepEqual([woken, destination.gate.hurries], [["job 0"], hurries]);
    disk.isFull = false;
    await until("the next was woken", () => woken.length === 2);
    assert.deepEqual(woken, ["job 0", "job 1"]);
    assert.equal(destination.gate.held(), null);
    // Who was about to sleep tries at once.
    assert.equal(destination.gate.hurries, hurries + 1);
  });
});
