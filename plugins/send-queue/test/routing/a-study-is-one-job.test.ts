import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { GrowingRequests, type Place } from "../../src/routing/growing-requests.ts";

/** Requests whose time and jobs the test has. */
function growing(): {
  readonly requests: GrowingRequests;
  readonly ended: Set<string>;
  readonly woken: string[];
  readonly wait: (ms: number) => void;
} {
  const ended = new Set<string>();
  const woken: string[] = [];
  let now = 0;
  return {
    requests: new GrowingRequests(
      { isAlive: (job) => !ended.has(job), wake: (job) => woken.push(job) },
      () => now,
    ),
    ended,
    woken,
    wait: (ms) => void (now += ms),
  };
}

const enter = (place: Place): string => {
  if (place.done(true)) place.started(`job of ${place.request.id}`);
  return place.request.id;
};

describe("a study is one job", () => {
  it("for each destination and priority, as long as its instances keep coming", () => {
    const { requests, wait } = growing();
    const first = enter(requests.placeFor("pacs", "s1", 0));
    for (let count = 0; count < 20; count += 1) {
      wait(4_000);
      assert.equal(requests.mayEnd(first), false);
      assert.equal(enter(requests.placeFor("pacs", "s1", 0)), first);
    }
    for (const [destination, study, priority] of [
      ["vna", "s1", 0],
      ["pacs", "s2", 0],
      ["pacs", "s1", 1],
    ] as const) {
      assert.notEqual(enter(requests.placeFor(destination, study, priority)), first);
    }
  });

  it("that ends when nothing has come for a while, and takes nothing more then", () => {
    const { requests, wait } = growing();
    const first = enter(requests.placeFor("pacs", "s1", 0));
    wait(4_999);
    assert.equal(requests.mayEnd(first), false);
    wait(1);
    assert.equal(requests.mayEnd(first), true);
    assert.notEqual(enter(requests.placeFor("pacs", "s1", 0)), first);
  });

  it("that does not end while something is on its way into it", () => {
    const { requests, wait } = growing();
    const place = requests.placeFor("pacs", "s1", 0);
    wait(60_000);
    assert.equal(requests.mayEnd(place.request.id), false);
    place.done(true);
    wait(60_000);
    assert.equal(requests.mayEnd(place.request.id), true);
  });

  it("that is submitted once, and only if something has entered", () => {
    const { requests } = growing();
    assert.equal(requests.placeFor("pacs", "s1", 0).done(false), false);
    const [a, b] = [requests.placeFor("pacs", "s1", 0), requests.placeFor("pacs", "s1", 0)];
    assert.deepEqual([a.done(true), b.done(true)], [true, false]);
  });

  it("unless somebody has ended it: then what comes has another", () => {
    const { requests, ended } = growing();
    const first = enter(requests.placeFor("pacs", "s1", 0));
    ended.add(`job of ${first}`);
    assert.notEqual(enter(requests.placeFor("pacs", "s1", 0)), first);
  });

  it("unless it has become too old or too large", () => {
    const { requests, wait } = growing();
    const first = enter(requests.placeFor("pacs", "s1", 0));
    let last = first;
    for (let count = 1; count < 10_000; count += 1)
      last = enter(requests.placeFor("pacs", "s1", 0));
    assert.equal(last, first);
    const second = enter(requests.placeFor("pacs", "s1", 0));
    assert.notEqual(second, first);
    assert.equal(requests.mayEnd(first), true);
    wait(600_000);
    assert.notEqual(enter(requests.placeFor("pacs", "s1", 0)), second);
  });

  it("that is woken by what enters while it sleeps until something is due, once", () => {
    const { requests, woken } = growing();
    const request = enter(requests.placeFor("pacs", "s1", 0));
    enter(requests.placeFor("pacs", "s1", 0));
    assert.deepEqual(woken, []);
    assert.equal(requests.maySleep(request, requests.entered(request)), true);
    requests.placeFor("pacs", "s1", 0).done(false);
    assert.deepEqual(woken, []);
    enter(requests.placeFor("pacs", "s1", 0));
    enter(requests.placeFor("pacs", "s1", 0));
    assert.deepEqual(woken, [`job of ${request}`]);
  });

  it("that does not sleep if something has entered since it looked", () => {
    const { requests, woken } = growing();
    const request = enter(requests.placeFor("pacs", "s1", 0));
    const entered = requests.entered(request);
    enter(requests.placeFor("pacs", "s1", 0));
    assert.equal(requests.maySleep(request, entered), false);
    enter(requests.placeFor("pacs", "s1", 0));
    assert.deepEqual(woken, []);
  });

  it("that is woken as soon as it is known if it fell asleep before", () => {
    const { requests, woken } = growing();
    const place = requests.placeFor("pacs", "s1", 0);
    const { id } = place.request;
    place.done(true);
    assert.equal(requests.maySleep(id, requests.entered(id)), true);
    enter(requests.placeFor("pacs", "s1", 0));
    assert.deepEqual(woken, []);
    place.started("job");
    assert.deepEqual(woken, ["job"]);
  });

  it("that nobody here knows after a restart, and that ends then as any other", () => {
    assert.equal(growing().requests.mayEnd("of another life"), true);
  });
});
