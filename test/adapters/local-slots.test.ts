import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LocalSlots } from "../../src/adapters/local-slots.ts";
import { maxAdmitted } from "../../src/core/limits.ts";
import type { Run, RunListener, RunOrder, Runner } from "../../src/ports/runner.ts";
import { FakeClock } from "../../src/testing/index.ts";
import { idOf, recordOf } from "../support/records.ts";

void describe("a request to the slots", () => {
  void it("takes out a job that still stands in the list: removed", () => {
    const { slots, asked } = opened(1, [1, 2]);
    assert.equal(slots.request(idOf(2), "cancel"), "removed");
    assert.equal(slots.admitted, 0);
    assert.deepEqual(asked, []);
  });

  void it("is told to a job that runs: begun", () => {
    const { slots, asked } = opened(1, [1]);
    assert.equal(slots.request(idOf(1), "pause"), "begun");
    slots.takeBack(idOf(1));
    assert.deepEqual(asked, ["1: pause", "1: take back"]);
  });

  void it("to come back out of the list says nothing to a job that runs", () => {
    const { slots, asked } = opened(1, [1]);
    assert.equal(slots.request(idOf(1), "recall"), "begun");
    assert.deepEqual(asked, []);
  });

  void it("for a job that is not here: absent", () => {
    const { slots } = opened(1, []);
    assert.equal(slots.request(idOf(1), "cancel"), "absent");
    slots.takeBack(idOf(1));
  });
});

void describe("the ready list", () => {
  void it("gives the free slot to its first job, and knows its last", () => {
    const { slots, started, end } = opened(1, [1]);
    for (const [count, priority] of [
      [2, 0],
      [3, 5],
      [4, -5],
    ] as const) {
      slots.admit(order(count, priority));
    }
    assert.equal(slots.last()?.id, idOf(4));
    end(1);
    end(3);
    assert.deepEqual(started, [1, 3, 2]);
  });

  void it("holds no more than it may", () => {
    const { slots } = opened(1, [1]);
    for (let count = 2; count < maxAdmitted + 2; count += 1) slots.admit(order(count));
    assert.equal(slots.admitted, maxAdmitted);
    assert.throws(() => slots.admit(order(1_000)), /INTERNAL_READY_LIST_FULL/);
  });

  void it("has no last job when it is empty", () => {
    assert.equal(opened(1, []).slots.last(), null);
  });
});

void describe("closing the slots", () => {
  void it("asks every run to stop, and ends when they have ended", async () => {
    const { slots, asked, end } = opened(2, [1, 2, 3]);
    const closing = slots.close(1_000);
    assert.deepEqual(asked, ["1: closing", "2: closing"]);
    end(1);
    end(2);
    assert.deepEqual(await closing, []);
  });

  void it("begins none of those that wait", async () => {
    const { slots, started, end } = opened(1, [1, 2]);
    const closing = slots.close(1_000);
    end(1);
    await closing;
    assert.deepEqual(started, [1]);
  });

  void it("names those that still step when the time is over", async () => {
    const { slots, clock, end } = opened(2, [1, 2]);
    const closing = slots.close(1_000);
    end(1);
    clock.advance(1_000);
    assert.deepEqual(await closing, [idOf(2)]);
  });

  void it("is done at once if nothing runs", async () => {
    assert.deepEqual(await opened(1, []).slots.close(1_000), []);
  });
});

/** Slots over runs that only note what they are asked, and end when the test says. */
function opened(
  count: number,
  jobs: readonly number[],
): {
  slots: LocalSlots;
  clock: FakeClock;
  started: number[];
  asked: string[];
  end: (count: number) => void;
} {
  const [started, asked]: [number[], string[]] = [[], []];
  const ends = new Map<number, () => void>();
  const start = ({ id, sequence }: RunOrder, listener: RunListener): Run => {
    started.push(sequence);
    ends.set(sequence, () => listener.ended(id, { kind: "returned" }));
    return {
      request: (request) => void asked.push(`${sequence}: ${request}`),
      takeBack: () => void asked.push(`${sequence}: take back`),
    };
  };
  const clock = new FakeClock();
  const slots = new LocalSlots(count, { start } as Runner, clock);
  slots.open(deaf);
  for (const job of jobs) slots.admit(order(job));
  return { slots, clock, started, asked, end: (job) => ends.get(job)?.() };
}

const deaf: RunListener = {
  started: () => undefined,
  prepared: () => undefined,
  sampled: () => undefined,
  checkpointed: () => Promise.resolve(),
  logged: () => undefined,
  treeChanged: () => undefined,
  openOutput: () => ({ write: resolved, close: resolved, discard: resolved }),
  ended: () => undefined,
  stepReturned: () => undefined,
};

function order(count: number, priority = 0): RunOrder {
  return {
    id: idOf(count),
    priority,
    sequence: count,
    record: recordOf(count, { priority }),
    payload: null,
    revive: () => Promise.resolve({ kind: "not-mine" }),
    reset: false,
    attemptsLeft: 0,
  };
}

const resolved = (): Promise<void> => Promise.resolve();
