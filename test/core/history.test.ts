import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { History } from "../../src/core/history.ts";
import { idOf, recordOf } from "../support/records.ts";

const failure = { kind: "failed", error: { code: "OWN", message: "" } } as const;
const succeeded = (count: number): ReturnType<typeof recordOf> =>
  recordOf(count, { state: { kind: "succeeded" } });
const failed = (count: number): ReturnType<typeof recordOf> => recordOf(count, { state: failure });

void describe("the history", () => {
  void it("forgets what ended first", () => {
    const history = new History({ succeeded: 2, failed: 9 });
    for (const count of [4, 1, 3, 2]) history.add(succeeded(count));
    assert.deepEqual(history.excess(), [idOf(4), idOf(1)]);
  });

  void it("never lets a success push out a failure, nor the other way round", () => {
    const history = new History({ succeeded: 1, failed: 1 });
    history.add(failed(1));
    history.add(succeeded(2));
    assert.deepEqual(history.excess(), []);
    history.add(failed(3));
    assert.deepEqual(history.excess(), [idOf(1)]);
  });

  void it("does not count what has left it", () => {
    const history = new History({ succeeded: 1, failed: 1 });
    history.add(succeeded(1));
    history.add(succeeded(2));
    history.remove(idOf(1));
    assert.deepEqual(history.excess(), []);
    assert.deepEqual([history.has(idOf(1)), history.has(idOf(2))], [false, true]);
  });

  void it("of no length keeps nothing", () => {
    const history = new History({ succeeded: 0, failed: 0 });
    history.add(succeeded(1));
    assert.deepEqual(history.excess(), [idOf(1)]);
  });
});
