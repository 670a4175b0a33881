import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { systemClock } from "../../src/adapters/system-clock.ts";
import { Persistence } from "../../src/engine/persistence.ts";
import { FakeClock } from "../../src/testing/index.ts";
import { recordOf } from "../support/records.ts";
import { StoreDouble } from "../support/store-double.ts";

const put = (count: number, priority = 0) =>
  ({ kind: "put", record: recordOf(count, { priority }) }) as const;

/** By the time something is tried again every job has priority 9. */
const current = (id: string) =>
  [1, 2, 3].map((count) => put(count, 9)).find(({ record }) => record.id === id) ?? put(1, 9);

/** Lets so many callbacks run that wait for nothing. */
async function callbacks(count: number): Promise<void> {
  await Promise.resolve();
  if (count > 1) await callbacks(count - 1);
}

function opened(): {
  store: StoreDouble;
  clock: FakeClock;
  persistence: Persistence;
  said: string[];
} {
  const store = new StoreDouble();
  const clock = new FakeClock();
  const jobs = { write: current, leave: () => [] };
  const persistence = new Persistence(store, clock, jobs, () => undefined);
  return { store, clock, persistence, said: [] };
}

void describe("a write that waits for the end of the turn", () => {
  void it("is answered by its own commit, also if another one takes it along before", async () => {
    const { store, persistence, said } = opened();
    store.hold();
    const answered = persistence
      .put(put(1), () => said.push("told"))
      .then(() => said.push("answered"));
    void persistence.putNow(put(2), () => undefined);
    await systemClock.yield();
    assert.deepEqual(said, []);
    store.release();
    await answered;
    assert.deepEqual(said, ["told", "answered"]);
  });
});

void describe("a write that waits for the end of the turn of the process", () => {
  void it("goes with all that is put in it, however many of its callbacks run in between", async () => {
    const { store, persistence } = opened();
    const [first, second] = [recordOf(1).id, recordOf(2).id];
    const answered = persistence.putAtEnd(put(1), () => undefined);
    await callbacks(9);
    assert.deepEqual(store.handed, []);
    void persistence.putAtEnd(put(2), () => undefined);
    await answered;
    assert.deepEqual(store.handed, [[`put ${first}`, `put ${second}`]]);
  });

  void it("goes before, with one that does not", async () => {
    const { store, persistence } = opened();
    const [first, second] = [recordOf(1).id, recordOf(2).id];
    const answered = persistence.putAtEnd(put(1), () => undefined);
    void persistence.put(put(2), () => undefined);
    await callbacks(2);
    assert.deepEqual(store.handed, [[`put ${first}`, `put ${second}`]]);
    await answered;
  });
});

void describe("the writes of a long turn", () => {
  void it("go out sixty-four at a time, before its end", async () => {
    const { store, persistence, said } = opened();
    const answered = Array.from({ length: 130 }, (_, count) =>
      persistence.put(put(count + 1), () => said.push(`told ${count + 1}`)),
    );
    assert.deepEqual(
      store.handed.map(({ length }) => length),
      [64, 64],
    );
    await Promise.all(answered);
    assert.equal(store.handed.at(-1)?.length, 2);
    assert.deepEqual(
      said,
      Array.from({ length: 130 }, (_, count) => `told ${count + 1}`),
    );
  });
});

void describe("a write that was refused", () => {
  void it("is not told by the commit of another one", async () => {
    const { store, clock, persistence, said } = opened();
    store.refuse();
    await assert.rejects(persistence.put(put(1), () => said.push("first")));
    await persistence.put(put(2), () => said.push("second"));
    assert.deepEqual(said, ["second"]);
    clock.advance(1_000);
    await systemClock.yield();
    assert.deepEqual(said, ["second", "first"]);
  });

  void it("is tried again as the job is by then", async () => {
    const { store, clock, persistence } = opened();
    store.refuse();
    await assert.rejects(persistence.put(put(1, 1), () => undefined));
    clock.advance(1_000);
    await systemClock.yield();
    assert.equal(store.records.get(recordOf(1).id)?.priority, 9);
  });

  void it("is not tried again if a newer one was committed", async () => {
    const { store, clock, persistence, said } = opened();
    store.refuse();
    await assert.rejects(persistence.put(put(1, 1), () => said.push("older")));
    await persistence.put(put(1, 2), () => said.push("newer"));
    clock.advance(1_000);
    await systemClock.yield();
    assert.equal(store.records.get(recordOf(1).id)?.priority, 2);
    assert.deepEqual(said, ["older", "newer"]);
  });

  void it("is committed by a flush", async () => {
    const { store, persistence, said } = opened();
    store.refuse();
    await assert.rejects(persistence.put(put(1), () => said.push("told")));
    await persistence.flush();
    assert.deepEqual(said, ["told"]);
  });
});

void describe("a write that was refused before an older one was committed", () => {
  void it("is not told by that commit, and is tried again", async () => {
    const { store, clock, persistence, said } = opened();
    store.hold();
    void persistence.putNow(put(1, 1), () => said.push("older"));
    const newer = persistence.putNow(put(1, 2), () => said.push("newer"));
    store.refuseYoungest();
    await assert.rejects(newer);
    store.release();
    await systemClock.yield();
    assert.deepEqual(said, ["older"]);
    assert.equal(persistence.isInTrouble, true);
    clock.advance(1_000);
    await systemClock.yield();
    assert.equal(store.records.get(recordOf(1).id)?.priority, 9);
    assert.deepEqual(said, ["older", "newer"]);
    assert.equal(persistence.isInTrouble, false);
  });

  void it("is tried again also if nobody waits for it", async () => {
    const { store, clock, persistence } = opened();
    store.hold();
    void persistence.putNow(put(1, 1), () => undefined);
    persistence.later(put(1, 2));
    const flushed = persistence.putNow(put(2), () => undefined);
    store.refuseYoungest();
    await assert.rejects(flushed);
    store.release();
    await systemClock.yield();
    assert.equal(store.records.get(recordOf(1).id)?.priority, 1);
    clock.advance(1_000);
    await systemClock.yield();
    assert.equal(store.records.get(recordOf(1).id)?.priority, 9);
  });
});
