import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DestinationFailed } from "../src/destinations/destination-failed.ts";
import { Destination, type Drained } from "../src/destinations/destination.ts";
import { Lanes } from "../src/destinations/lanes.ts";
import type { Sender, SenderFactory } from "../src/destinations/sender.ts";
import { failure } from "../src/policy/failure.ts";
import type { Item } from "../src/queue/item.ts";
import type { Queue } from "../src/queue/queue.ts";
import { destinationBackOff } from "../src/policy/back-off.ts";
import type { Target } from "../src/settings/settings.ts";

/** Longer than a way rests at most, in milliseconds. */
const longMs = 10_000;

const itemOf = (id: number, sopClass: string): Item =>
  ({ id, attempts: 0, isAlone: false, instance: { sopClass, size: 1 } }) as Item;

/** A way for instances of one class, on which something happens before each is delivered. */
class Way implements Sender {
  readonly isUsable = true;
  readonly room = { instances: 1, bytes: 1_000 };
  readonly #sopClass: string;
  isClosed = false;
  isAborted = false;
  /** What its end comes to. */
  ending = async (): Promise<void> => {};
  meanwhile: () => void = () => {};

  constructor(sopClass: string) {
    this.#sopClass = sopClass;
  }

  carries = ({ instance }: Item): boolean => instance.sopClass === this.#sopClass;

  async *send([item]: readonly [Item, ...Item[]]): ReturnType<Sender["send"]> {
    this.meanwhile();
    yield [{ item, verdict: { kind: "delivered", warning: null } }];
  }

  close = (): Promise<void> => {
    this.isClosed = true;
    return this.ending();
  };
  abort = (): void => void (this.isAborted = true);
}

/** A destination to which there is one way, for CT; `waiting`: what is claimed next. */
function destinationOf(
  way: Way,
  waiting: Item[],
  { concurrency = 2, probe = async (): Promise<void> => {} } = {},
): Destination {
  const queue = {
    acknowledge: () => true,
    call: async (name: string) => (name === "claim" ? waiting.splice(0) : undefined),
  } as unknown as Queue;
  const senders: SenderFactory = {
    open: async ([first]) => {
      if (first !== undefined && way.carries(first)) return way;
      throw new DestinationFailed(failure("destination", "transient", "rejected 2/3/2", ""));
    },
    probe,
  };
  const policy = { concurrency, schedule: null, commitmentMs: null, isStrict: false };
  const target = { name: "pacs", ...policy, backOff: destinationBackOff } as unknown as Target;
  return new Destination(target, { queue, senders, lanes: new Lanes(2), isPaused: false });
}

const drain = (destination: Destination): Promise<Drained> =>
  destination.drain({
    request: "1",
    until: Number.POSITIVE_INFINITY,
    limit: 100,
    mayGoOn: () => true,
    signal: new AbortController().signal,
    onSettling: () => () => {},
  });

describe("a way that rests ends only while it rests", () => {
  it("not in the middle of an instance, after no other was to be had for another class", async (test) => {
    test.mock.timers.enable({ apis: ["setTimeout"] });
    const way = new Way("CT");
    const waiting = [itemOf(1, "CT"), itemOf(2, "MR")];
    const destination = destinationOf(way, waiting);
    const first = await drain(destination);
    assert.deepEqual([first.delivered, first.held?.kind], [1, "open"]);
    assert.equal(way.isClosed, false);
    let isClosedInTheMiddle = false;
    way.meanwhile = () => {
      test.mock.timers.tick(longMs);
      isClosedInTheMiddle = way.isClosed;
    };
    waiting.push(itemOf(3, "CT"));
    destination.retryNow();
    assert.equal((await drain(destination)).delivered, 1);
    assert.equal(isClosedInTheMiddle, false);
    // But it does when nobody wants it.
    test.mock.timers.tick(longMs);
    assert.equal(way.isClosed, true);
  });

  for (const { when, pass } of [
    { when: "when its peer is asked", pass: null },
    { when: "when nobody wants it", pass: longMs },
  ]) {
    it(`if not in peace then at once, and that is nobody's trouble: ${when}`, async (test) => {
      test.mock.timers.enable({ apis: ["setTimeout"] });
      const way = new Way("CT");
      way.ending = () => Promise.reject(new Error("that was not foreseen"));
      let probes = 0;
      const probe = async (): Promise<void> => void (probes += 1);
      const waiting = [itemOf(1, "CT")];
      const destination = destinationOf(way, waiting, { concurrency: 1, probe });
      assert.equal((await drain(destination)).delivered, 1);
      if (pass !== null) test.mock.timers.tick(pass);
      // Its place is taken by the question, each time again.
      for (let times = 1; times <= 2; times += 1) {
        destination.gate.fail(failure("destination", "transient", "ECONNRESET", ""));
        destination.retryNow();
        waiting.push(itemOf(1 + times, "CT"));
        assert.equal((await drain(destination)).delivered, 1);
        assert.deepEqual([probes, way.isAborted], [times, true]);
      }
    });
  }
});
