import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { Lanes } from "../src/destinations/lanes.ts";
import { Line } from "../src/destinations/line.ts";
import type { Place } from "../src/queue/item.ts";
import type { Queue } from "../src/queue/queue.ts";

const placeOf = (request: string): Place => ({
  request,
  job: request,
  priority: 0,
  number: 1,
  first: 1,
});

/** What was asked of others has been answered by then. */
const settled = (): Promise<void> => new Promise(setImmediate);

describe("a lane that all destinations share", () => {
  let lanes: Lanes;
  let called: string[];
  /** Those that cannot be woken. */
  let gone: Set<string>;
  /** Destinations that nothing can be sent to. */
  let held: Set<string>;
  let one: Line;
  let other: Line;

  /** The line of a destination in which one waits, of the same name. */
  const lineOf = (name: string): Line => {
    const line = new Line({
      queue: {} as Queue,
      lanes,
      isStrict: false,
      free: () => (held.has(name) ? 0 : lanes.free),
    });
    line.turns.onCall = async ({ request }) => {
      called.push(request);
      return !gone.has(request);
    };
    line.join(placeOf(name), false);
    // Its step is over.
    line.callNext();
    return line;
  };

  beforeEach(() => {
    lanes = new Lanes(1);
    called = [];
    gone = new Set();
    held = new Set();
    assert.equal(lanes.take(1), 1);
    one = lineOf("one");
    other = lineOf("other");
  });

  it("is offered to one when it is given back", async () => {
    lanes.giveBack();
    await settled();
    assert.deepEqual(called, ["one"]);
    one.close();
  });

  it("is offered to the next if whoever is called cannot be woken", async () => {
    gone.add("one");
    lanes.giveBack();
    await settled();
    assert.deepEqual(called, ["one", "other"]);
    other.close();
  });

  it("is offered to the next if whoever is called comes, and cannot be sent", async () => {
    lanes.giveBack();
    await settled();
    held.add("one");
    one.leave("one");
    one.join(placeOf("one"), false);
    one.callNext();
    await settled();
    assert.deepEqual(called, ["one", "other"]);
    other.close();
  });

  it("is offered to the next if whoever is called has ended", async () => {
    lanes.giveBack();
    await settled();
    one.leave("one");
    one.callNext();
    await settled();
    assert.deepEqual(called, ["one", "other"]);
    other.close();
  });
});
