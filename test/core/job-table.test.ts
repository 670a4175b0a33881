import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JobRecord } from "../../src/core/job-record.ts";
import { JobTable } from "../../src/core/job-table.ts";
import { idOf, recordOf } from "../support/records.ts";

void describe("the job table", () => {
  void it("counts the jobs in each state", () => {
    const table = new JobTable();
    table.set(recordOf(1));
    table.set(recordOf(2));
    table.set(recordOf(2, { state: { kind: "succeeded" } }));
    assert.deepEqual([table.count("pending"), table.count("succeeded")], [1, 1]);
    table.remove(idOf(1));
    table.remove(idOf(1));
    assert.deepEqual([table.count("pending"), table.size], [0, 1]);
  });

  void it("lists jobs in the order they came, also after a change", () => {
    const table = new JobTable();
    for (const count of [3, 1, 2]) table.set(recordOf(count));
    table.set(recordOf(3, { state: { kind: "paused" } }));
    assert.deepEqual(
      [...table.records()].map(({ sequence }) => sequence),
      [3, 1, 2],
    );
  });

  void it("lists them by sequence for whoever asks, whether they came so or not", () => {
    const table = new JobTable();
    const sequences = (): readonly number[] => table.inOrder().map(({ sequence }) => sequence);
    for (const count of [1, 2, 3]) table.set(recordOf(count));
    assert.deepEqual(sequences(), [1, 2, 3]);
    table.set(recordOf(2, { sequence: 4 }));
    assert.deepEqual(sequences(), [1, 3, 4]);
  });

  void it("knows no job that is not there", () => {
    assert.equal(new JobTable().get(idOf(1)), null);
  });

  void it("has nothing against a sound record", () => {
    const table = new JobTable();
    table.set(recordOf(1));
    table.checkInvariants();
  });
});

void describe("a record that must not be", () => {
  const broken: Readonly<Record<string, readonly [Partial<JobRecord>, RegExp]>> = {
    "a place taken twice": [{ sequence: 1 }, /sequence 1 is taken twice/],
    "a change before its creation": [{ createdAt: 5, changedAt: 4 }, /before it was created/],
    "a progress above 1": [{ progress: 1.5 }, /progress is 1.5/],
    "a reset due when it is finished": [
      { resetDue: true, state: { kind: "succeeded" } },
      /reset due/,
    ],
    "more attempts than allowed": [{ attempts: 2 }, /failed 2 times/],
    "one state saved of two": [{ currentState: new Uint8Array() }, /only one of its two states/],
  };

  for (const [name, [change, words]] of Object.entries(broken)) {
    void it(`is found: ${name}`, () => {
      const table = new JobTable();
      table.set(recordOf(1));
      table.set(recordOf(2, change));
      assert.throws(() => table.checkInvariants(), words);
    });
  }
});
