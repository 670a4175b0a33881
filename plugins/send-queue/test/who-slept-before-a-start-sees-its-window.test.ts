import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JobHost } from "../../../src/sdk.ts";
import { Destination } from "../src/destinations/destination.ts";
import { Lanes } from "../src/destinations/lanes.ts";
import type { SenderFactory } from "../src/destinations/sender.ts";
import { Requests } from "../src/job/requests.ts";
import type { SendParts } from "../src/job/send-job.ts";
import { destinationBackOff } from "../src/policy/back-off.ts";
import type { Schedule } from "../src/policy/schedule.ts";
import type { Place } from "../src/queue/item.ts";
import type { Queue } from "../src/queue/queue.ts";
import type { Target } from "../src/settings/settings.ts";
import { Wakes } from "../src/upkeep/wakes.ts";

const places = ["paused", "asleep", "asleep too"].map((job, number): Place => ({
  request: job,
  job,
  priority: 0,
  number,
  first: number,
}));

/** Nothing is sent for hours. */
function closedNow(): Schedule {
  const from = (new Date().getHours() + 12) * 60;
  return [{ from: from % 1_440, to: (from + 60) % 1_440 }];
}

describe("jobs that slept when a host ended, outside of the window of their destination", () => {
  it("are called: the first that can come sees when the window begins, and sleeps no longer than that", async (test) => {
    const queue = { call: async () => places } as unknown as Queue;
    const senders: SenderFactory = {
      open: async () => assert.fail("nothing is sent"),
      probe: async () => {},
    };
    const policy = { concurrency: 1, schedule: closedNow(), isStrict: false };
    const target = { name: "pacs", ...policy, backOff: destinationBackOff } as unknown as Target;
    const lanes = new Lanes(1);
    const destination = new Destination(target, { queue, senders, lanes, isPaused: false });
    test.after(() => destination.close());
    const woken: string[] = [];
    const host = {
      jobInfo: (job: string) => ({ state: job === "paused" ? "paused" : "retrying" }),
      wakeJob: async (job: string) => job !== "paused" && woken.push(job) > 0,
    } as unknown as JobHost;
    const parts = { queue, requests: new Requests() } as unknown as SendParts;
    const wakes = new Wakes(host, parts, Object.assign([destination], { onEntered: () => {} }));
    await new Promise(setImmediate);
    await wakes.close();
    assert.deepEqual(woken, ["asleep"]);
  });
});
