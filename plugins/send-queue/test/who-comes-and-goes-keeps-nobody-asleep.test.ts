import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JobHost } from "../../../src/sdk.ts";
import type { Destination } from "../src/destinations/destination.ts";
import type { SendParts } from "../src/job/send-job.ts";
import { Recoveries } from "../src/upkeep/recoveries.ts";
import { until } from "./support/served-queue.ts";

const destinationOf = (name: string): Destination =>
  ({ target: { name }, gate: { onRecovered: () => {} } }) as unknown as Destination;

describe("a destination that comes and goes", () => {
  it("is woken once more, however often, and keeps those of no other asleep", async (test) => {
    const states = { flaps: "running", calm: "retrying" };
    const woken = { flaps: 0, calm: 0 };
    const host = {
      jobInfo: (job: keyof typeof states) => ({ state: states[job] }),
      wakeJob: async (job: keyof typeof states) => {
        const isAsleep = states[job] === "retrying";
        woken[job] += isAsleep ? 1 : 0;
        return isAsleep;
      },
      log: () => {},
    } as unknown as JobHost;
    let asked = 0;
    const call = async (): Promise<readonly object[]> => {
      asked += 1;
      return Object.keys(states).map((name) => ({ id: name, destination: name, job: name }));
    };
    const parts = { queue: { call } } as unknown as SendParts;
    const [flaps, calm] = [destinationOf("flaps"), destinationOf("calm")];
    const recoveries = new Recoveries(host, parts, [flaps, calm]);
    test.after(() => recoveries.close());
    await until("both wakes of the start have begun", () => asked === 2 && woken.calm === 1);
    for (let times = 0; times < 100; times += 1) flaps.gate.onRecovered();
    calm.gate.onRecovered();
    // Before the job of the other has been looked at for the last time.
    await new Promise(setImmediate);
    assert.deepEqual(woken, { flaps: 0, calm: 2 });
    states.flaps = "retrying";
    await until("it was woken twice", () => woken.flaps >= 2);
    await new Promise(setImmediate);
    assert.deepEqual([woken, asked], [{ flaps: 2, calm: 2 }, 4]);
    flaps.gate.onRecovered();
    await until("it is woken again", () => woken.flaps === 3);
  });
});
