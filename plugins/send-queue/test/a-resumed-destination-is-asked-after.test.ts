import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DestinationFailed } from "../src/destinations/destination-failed.ts";
import { Destination } from "../src/destinations/destination.ts";
import { Lanes } from "../src/destinations/lanes.ts";
import type { SenderFactory } from "../src/destinations/sender.ts";
import { failure } from "../src/policy/failure.ts";
import type { Queue } from "../src/queue/queue.ts";
import type { Target } from "../src/settings/settings.ts";

const refused = failure("destination", "transient", "ECONNREFUSED", "Nobody listens there.");

/** Milliseconds; more than until the next probe is due. */
const backOff = { firstMs: 5_000, factor: 1, capMs: 5_000, jitter: 0 };
const longMs = 20_000;

/** A destination that counts how often its peer is asked, which is away. */
function destinationOf(onProbe: () => void): Destination {
  const queue = { call: async () => true } as unknown as Queue;
  const senders: SenderFactory = {
    open: async () => assert.fail("nothing is sent"),
    probe: async () => {
      onProbe();
      throw new DestinationFailed(refused);
    },
  };
  const target = { name: "pacs", concurrency: 1, schedule: null, backOff } as unknown as Target;
  return new Destination(target, { queue, senders, lanes: new Lanes(1), isPaused: false });
}

describe("a destination in trouble that somebody wants to be tried at once", () => {
  it("is asked after soon, though no job waits for it: it may have to answer for what it has", async (test) => {
    test.mock.timers.enable({ apis: ["setTimeout", "Date"] });
    let probes = 0;
    const destination = destinationOf(() => (probes += 1));
    test.after(() => destination.close());
    destination.gate.fail(refused);
    destination.retryNow();
    test.mock.timers.tick(1_000);
    await new Promise(setImmediate);
    assert.equal(probes, 1);
  });
});

describe("a destination that was paused while it was in trouble", () => {
  it("is asked after again when it is resumed, though all who wait for it sleep", async (test) => {
    test.mock.timers.enable({ apis: ["setTimeout", "Date"] });
    let probes = 0;
    const destination = destinationOf(() => (probes += 1));
    test.after(() => destination.close());
    const pass = async (): Promise<void> => {
      test.mock.timers.tick(longMs);
      await new Promise(setImmediate);
    };
    destination.gate.fail(refused);
    await pass();
    assert.equal(probes, 1);
    await destination.pause();
    await pass();
    assert.equal(probes, 1);
    await destination.resume();
    await pass();
    assert.equal(probes, 2);
  });
});
