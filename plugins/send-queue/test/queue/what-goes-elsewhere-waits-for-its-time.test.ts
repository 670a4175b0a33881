import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { QueueFile } from "../../src/queue/queue-file.ts";
import { enterInto, queueInMemory } from "../support/queue-in-memory.ts";

/** Milliseconds. */
const [enteredAt, now, later] = [1_000, 5_000, 90_000];

const elsewhere = { id: "moved", destination: "other", priority: 0, isPermissive: false };

function fileWith(test: TestContext): QueueFile {
  const file = queueInMemory(test);
  enterInto(file, "r", ["a"], { now: enteredAt, notBefore: later });
  return file;
}

/** Whether it is taken just before its time, and then. */
const taken = (file: QueueFile, request: string): readonly number[] =>
  [later - 1, later].map((time) => {
    const items = file.claim(request, time, 10);
    file.release(items.map(({ id }) => id));
    return items.length;
  });

describe("what is not to be sent before its time, and goes elsewhere", () => {
  it("is not sent before it there either if somebody moves it", (test) => {
    const file = fileWith(test);
    assert.equal(file.moves.move({}, elsewhere, now), 1);
    assert.deepEqual(taken(file, "moved"), [0, 1]);
  });

  it("nor goes elsewhere before it if its destination is away", (test) => {
    const file = fileWith(test);
    const pair = { from: "pacs", to: "other" };
    assert.deepEqual(file.moves.divert(pair, later - 1, later - 1), []);
    assert.deepEqual(
      file.moves.divert(pair, later, later).map(({ count }) => count),
      [1],
    );
  });

  it("but what waits for its next attempt only is sent at once", (test) => {
    const file = queueInMemory(test);
    enterInto(file, "r", ["a"], { now: enteredAt });
    const [item] = file.claim("r", enteredAt, 1);
    const why = { code: "0110", sentence: "The peer failed." };
    const outcome = { kind: "retry", dueAt: later, isAlone: false, why } as const;
    file.settleAll([{ id: item?.id ?? 0, outcome, now: enteredAt }]);
    file.moves.move({}, elsewhere, now);
    assert.equal(file.claim("moved", now, 10).length, 1);
  });
});
