import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LocalRoom } from "../../src/adapters/local-room.ts";

void describe("the room for waiting jobs", () => {
  void it("is given in the order it was asked for, one at a time", () => {
    const room = new LocalRoom(1);
    const given: string[] = [];
    assert.equal(room.take(), true);
    for (const name of ["a", "b", "c"]) room.wait(() => given.push(name));
    assert.equal(room.take(), false);
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
    const leave = room.wait(() => assert.fail("it has left"));
    room.give(-1);
    assert.equal(leave(), true);
    room.give(2);
    assert.equal(room.take(), true);
    assert.equal(room.take(), false);
  });

  void it("counts what waits again without asking, above the bound too", () => {
    const room = new LocalRoom(2);
    room.give(-5);
    room.give(3);
    assert.equal(room.take(), false);
    room.give(1);
    assert.equal(room.take(), true);
  });

  void it("cannot be left once it was given", () => {
    const room = new LocalRoom(1);
    assert.equal(room.wait(() => undefined)(), false);
  });

  void it("has no end without a bound", () => {
    const room = new LocalRoom(0);
    room.give(-1_000);
    assert.equal(room.take(), true);
  });
});
