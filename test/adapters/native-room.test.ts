import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { NativeRoom } from "../../src/adapters/native/room.ts";

const gone = (): never => assert.fail("the core is destroyed");

void describe("the room of a native core that is gone", () => {
  void it("is given to whoever asks: what they submit is refused for another reason", () => {
    const core = { requestRoom: gone, withdrawRoom: gone, giveRoom: gone };
    const room = new NativeRoom({
      core,
      inbox: { hear: () => undefined },
      limit: 1,
      isNative: () => false,
    });
    room.close();
    assert.equal(room.take(1), true);
    let given = 0;
    const leave = room.wait(1, () => (given += 1));
    assert.deepEqual([given, leave()], [1, false]);
    room.give(1);
    assert.equal(room.take(1), true);
  });
});
