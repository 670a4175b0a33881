import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LocalRoom } from "../../src/adapters/local-room.ts";

void describe("the room for waiting jobs", () => {
  void it("is given in the order it was asked for, one at a time", () => {
    const room = new LocalRoom(1);
    const given: string[] = [];
    assert.equal(room.take(1), true);
    for (const name of ["a", "b", "c"]) room.wait(1, () => given.push(name));
    assert.equal(room.take(1), false);
    room.give(1);
    assert.deepEqual(given, ["a"]);
    room.begun();
    assert.deepEqual(given, ["a", "b"]);
    room.give(1);
    assert.deepEqual(given, ["a", "b", "c"]);
  });

  void it("is nobody's who overtakes those that wait", () => {
    const room = new LocalRoom(2);
    room.give(-2);
    const leave = room.wait(1, () => assert.fail("it has left"));
    room.give(-1);
    assert.equal(leave(), true);
    room.give(2);
    assert.equal(room.take(1), true);
    assert.equal(room.take(1), false);
  });

  void it("counts what waits again without asking, above the bound too", () => {
    const room = new LocalRoom(2);
    room.give(-5);
    room.give(3);
    assert.equal(room.take(1), false);
    room.give(1);
    assert.equal(room.take(1), true);
  });

  void it("cannot be left once it was given", () => {
    const room = new LocalRoom(1);
    assert.equal(room.wait(1, () => undefined)(), false);
  });

  void it("is given to several at once, or to none of them, and nobody passes them", () => {
    const room = new LocalRoom(3);
    const given: string[] = [];
    assert.equal(room.take(2), true);
    assert.equal(room.take(2), false);
    const leave = room.wait(2, () => given.push("two"));
    room.wait(1, () => given.push("one"));
    assert.deepEqual(given, []);
    room.give(1);
    assert.deepEqual(given, ["two"]);
    room.give(1);
    assert.deepEqual(given, ["two", "one"]);
    assert.equal(leave(), false);
  });

  void it("goes to who needs less when who needs more has left", () => {
    const room = new LocalRoom(2);
    const given: string[] = [];
    assert.equal(room.take(1), true);
    const leave = room.wait(2, () => given.push("two"));
    room.wait(1, () => given.push("one"));
    assert.equal(leave(), true);
    assert.deepEqual(given, ["one"]);
  });

  void it("has no end without a bound", () => {
    const room = new LocalRoom(0);
    room.give(-1_000);
    assert.equal(room.take(1), true);
  });
});
