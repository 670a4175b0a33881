import assert from "node:assert/strict";
import { beforeEach, describe, it, type TestContext } from "node:test";
import { Turns } from "../src/destinations/turns.ts";
import type { Place } from "../src/queue/item.ts";

const placeOf = (number: number, priority = 0): Place => ({
  request: `r${number}`,
  job: `j${number}`,
  priority,
  number,
  first: number,
});

/** What was asked of others has been answered by then. */
const settled = (): Promise<void> => new Promise(setImmediate);

describe("turns", () => {
  let free: number;
  let called: string[];
  /** Those that cannot be woken. */
  let gone: Set<string>;
  let turns: Turns;

  beforeEach(() => {
    free = 0;
    called = [];
    gone = new Set();
    turns = new Turns(() => free);
    turns.onCall = async ({ request }) => {
      called.push(request);
      return !gone.has(request);
    };
    for (const number of [3, 1, 4, 2]) turns.join(placeOf(number));
  });

  it("are of those who came first, as many as there are ways, and each is called once", async () => {
    turns.callNext();
    assert.deepEqual(called, []);
    free = 2;
    turns.callNext();
    turns.callNext();
    await settled();
    assert.deepEqual(called, ["r1", "r2"]);
    turns.leave("r1");
    turns.callNext();
    assert.deepEqual(called, ["r1", "r2", "r3"]);
  });

  it("are of higher priorities before", () => {
    turns.join(placeOf(9, 1));
    free = 1;
    turns.callNext();
    assert.deepEqual(called, ["r9"]);
  });

  it("are kept by those who could not have them, over another wait", () => {
    turns.leave("r2");
    turns.join(placeOf(2));
    assert.deepEqual(
      turns.places().map(({ number }) => number),
      [1, 2, 3, 4],
    );
  });

  it("are nobody's who comes unasked and later", () => {
    assert.equal(turns.before(placeOf(5)), 4);
    assert.equal(turns.before(placeOf(5, 1)), 0);
    assert.equal(turns.before(placeOf(3)), 2);
  });

  it("go to the next if somebody cannot be woken", async () => {
    gone.add("r1").add("r2");
    free = 1;
    turns.callNext();
    await settled();
    assert.deepEqual(called, ["r1", "r2", "r3"]);
    assert.equal(turns.before(placeOf(5)), 2);
  });

  it("go to the next if somebody does not come", (test: TestContext) => {
    test.mock.timers.enable({ apis: ["setTimeout"] });
    free = 1;
    turns.callNext();
    test.mock.timers.tick(4_999);
    assert.deepEqual(called, ["r1"]);
    test.mock.timers.tick(1);
    assert.deepEqual(called, ["r1", "r2"]);
    turns.close();
    test.mock.timers.tick(60_000);
    assert.deepEqual(called, ["r1", "r2"]);
  });
});
