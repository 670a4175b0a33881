import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { PendingQueue, runsBefore, type Queued } from "../../src/core/pending-queue.ts";

type Command =
  | { readonly kind: "add"; readonly priority: number }
  | { readonly kind: "take" }
  | { readonly kind: "remove"; readonly id: number };

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("add" as const),
      priority: fc.integer({ min: -9, max: 9 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "take" } as const) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("remove" as const), id: fc.nat(80) }),
  },
);

void describe("the queue", () => {
  void it("gives out equal priorities in the order they came", () => {
    const queue = new PendingQueue<number>();
    for (const sequence of [1, 2, 3, 4, 5]) queue.add({ id: sequence, priority: 0, sequence });
    assert.deepEqual(drained(queue), [1, 2, 3, 4, 5]);
  });

  void it("gives out a higher priority first", () => {
    const queue = new PendingQueue<number>();
    for (const priority of [0, 7, -7]) queue.add({ id: priority, priority, sequence: priority });
    assert.deepEqual(drained(queue), [7, 0, -7]);
  });

  void it("gives out what was put back at its old place", () => {
    const queue = new PendingQueue<number>();
    for (const sequence of [1, 2, 3]) queue.add({ id: sequence, priority: 0, sequence });
    const first = queue.take();
    assert(first !== null);
    queue.add(first);
    assert.deepEqual(drained(queue), [1, 2, 3]);
  });

  void it("stays in order when most of it is taken out, and put back", () => {
    const queue = new PendingQueue<number>();
    const all = Array.from({ length: 500 }, (_, sequence) => ({
      id: sequence,
      priority: (sequence * 7) % 5,
      sequence,
    }));
    for (const item of all) queue.add(item);
    const removed = all.filter(({ id }) => id % 6 !== 0);
    for (const { id } of removed) assert.equal(queue.remove(id)?.id, id);
    assert.equal(queue.size, all.length - removed.length);
    for (const item of removed.slice(0, 100)) queue.add(item);
    const left = all.filter((item) => queue.has(item.id));
    const inOrder = left.toSorted((one, other) => (runsBefore(one, other) ? -1 : 1));
    assert.deepEqual(
      drained(queue),
      inOrder.map(({ id }) => id),
    );
    assert.equal(queue.size, 0);
  });

  void it("stays in order when items are taken out from its midst", () => {
    const priorities = fc.array(fc.nat(1_000), { minLength: 20, maxLength: 60 });
    fc.assert(
      fc.property(priorities, fc.array(fc.nat(59), { maxLength: 8 }), (all, removed) => {
        const queue = new PendingQueue<number>();
        for (const [id, priority] of all.entries()) queue.add({ id, priority, sequence: id });
        for (const id of removed) queue.remove(id);
        const left = all.map((priority, id) => ({ id, priority, sequence: id }));
        const expected = left
          .filter(({ id }) => !removed.includes(id))
          .toSorted((one, other) => (runsBefore(one, other) ? -1 : 1));
        assert.deepEqual(
          drained(queue),
          expected.map(({ id }) => id),
        );
      }),
      { numRuns: 1_000 },
    );
  });

  void it("does whatever a sorted list does", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 80 }), (commands) => compare(commands)),
      { numRuns: 500 },
    );
  });
});

function compare(commands: readonly Command[]): void {
  const queue = new PendingQueue<number>();
  let list: Queued<number>[] = [];
  for (const [sequence, one] of commands.entries()) {
    if (one.kind === "add") {
      const item = { id: sequence, priority: one.priority, sequence };
      queue.add(item);
      list = [...list, item].toSorted((a, b) => (runsBefore(a, b) ? -1 : 1));
    } else {
      const isWanted = ({ id }: Queued<number>): boolean => one.kind === "take" || id === one.id;
      const expected = list.find(isWanted) ?? null;
      assert.deepEqual(one.kind === "take" ? queue.take() : queue.remove(one.id), expected);
      list = list.filter((item) => item !== expected);
    }
    assert.equal(queue.size, list.length);
    assert.deepEqual(queue.head, list[0] ?? null);
    assert.deepEqual(new Set(queue.items()), new Set(list));
    assert.equal(
      queue.has(sequence),
      list.some(({ id }) => id === sequence),
    );
  }
}

function drained(queue: PendingQueue<number>): (number | undefined)[] {
  return Array.from({ length: queue.size }, () => queue.take()?.id);
}
