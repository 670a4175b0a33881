import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Followers } from "../src/destinations/followers.ts";
import type { Place } from "../src/queue/item.ts";
import { queuedInstance } from "./support/queued-instance.ts";
import { enterInto, queueInMemory } from "./support/queue-in-memory.ts";

const placeOf = (number: number, first: number | null): Place => ({
  request: `r${number}`,
  job: `j${number}`,
  priority: 0,
  number,
  first,
});

const named = (places: readonly Place[]): readonly string[] => places.map(({ request }) => request);

describe("of those that sleep until something of others is settled", () => {
  it("where the order counts, the one whose instance is next is called, whenever its request came", () => {
    const followers = new Followers(true);
    // A study that came first, and of which another instance came later.
    followers.join(placeOf(1, 40));
    followers.join(placeOf(2, 20));
    followers.join(placeOf(3, 30));
    assert.deepEqual(named(followers.release()), ["r2"]);
    assert.deepEqual(named(followers.release()), ["r3"]);
    assert.deepEqual(named(followers.release()), ["r1"]);
    assert.deepEqual(followers.release(), []);
  });

  it("all are called where it does not", () => {
    const followers = new Followers(false);
    followers.join(placeOf(2, 20));
    followers.join(placeOf(1, 40));
    assert.equal(followers.release().length, 2);
  });
});

it("the queue says which instance of a request is next", (test) => {
  const file = queueInMemory(test);
  enterInto(file, "r1", ["a"], { now: 5 });
  enterInto(file, "r2", ["b"], { now: 6 });
  file.entering.keep(queuedInstance("c"), 7);
  const request = { id: "r1", destination: "pacs", priority: 0, isPermissive: false };
  const meant = { hashes: ["c"] };
  file.entering.enter({ request, policy: "always", meant, now: 7 });
  const first = (id: string): number | null | undefined => file.reader.place(id)?.first;
  assert.deepEqual([first("r1"), first("r2")], [1, 2]);
  const [item] = file.claim("r1", 10, 1);
  file.settle(item?.id ?? 0, { kind: "sent", warning: null }, 10);
  assert.deepEqual([first("r1"), first("r2")], [3, 2]);
  file.upkeep.cancel("r2", 11);
  assert.equal(first("r2"), null);
});
