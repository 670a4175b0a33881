import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { LimitedQueue } from "../../src/core/limited-queue.ts";
import { runsBefore } from "../../src/core/pending-queue.ts";
import type { Limited } from "../../src/core/places.ts";

type Item = Limited<number>;

type Command =
  | { readonly kind: "add"; readonly priority: number; readonly type: string; readonly key: string }
  | { readonly kind: "admit" }
  | { readonly kind: "remove" | "begin" | "free"; readonly id: number };

const limits = { perType: { one: 1, two: 2 }, perKey: { "k:*": 1, "k:3": 3 } };
const limitOf: Readonly<Record<string, number>> = { one: 1, two: 2, "k:1": 1, "k:2": 1, "k:3": 3 };

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("add" as const),
      priority: fc.integer({ min: -2, max: 2 }),
      type: fc.constantFrom("one", "two", "free", "other"),
      key: fc.constantFrom("k:1", "k:2", "k:3", "free", ""),
    }),
  },
  { weight: 4, arbitrary: fc.constant({ kind: "admit" } as const) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom("remove" as const, "begin" as const, "free" as const),
      id: fc.nat(40),
    }),
  },
);

/** The same, by looking at everybody each time. */
class Model {
  waiting: Item[] = [];
  holding: Item[] = [];
  begun = new Set<number>();

  holders(name: string | null): Item[] {
    return this.holding.filter(({ type, key }) => type === name || key === name);
  }

  isFull(name: string | null): boolean {
    const limit = limitOf[name ?? ""] ?? Number.POSITIVE_INFINITY;
    return this.holders(name).length >= limit;
  }

  get head(): Item | null {
    const free = this.waiting.filter(({ type, key }) => !this.isFull(type) && !this.isFull(key));
    return free.toSorted(inOrder)[0] ?? null;
  }

  /** Those who wait and can have somebody recalled. */
  get recalling(): ReadonlySet<number> {
    const some = this.waiting.filter((item) => this.toRecallFor(item).size > 0);
    return new Set(some.map(({ id }) => id));
  }

  toRecallFor(item: Item): ReadonlySet<number> {
    const last = [item.type, item.key]
      .filter((name) => this.isFull(name))
      .map((name) => this.holders(name).filter(({ id }) => !this.begun.has(id)))
      .map((all) => all.toSorted(inOrder).at(-1));
    const all = last.map((other) =>
      other !== undefined && runsBefore(item, other) ? other : null,
    );
    return new Set(all.includes(null) ? [] : all.map((other) => other?.id ?? -1));
  }
}

const inOrder = (a: Item, b: Item): number => (runsBefore(a, b) ? -1 : 1);

void describe("a queue with limits", () => {
  void it("does whatever looking at everybody does", () => {
    const commands = fc.array(command, { maxLength: 120 });
    fc.assert(
      fc.property(commands, (all) => void compare(all)),
      { numRuns: 1_000 },
    );
  });

  void it("gives nobody a place twice, and loses none", () => {
    const commands = fc.array(command, { maxLength: 120 });
    fc.assert(
      fc.property(commands, (all) => {
        const { queue, model } = compare(all);
        for (const { id } of model.holding) queue.free(id);
        const order: number[] = [];
        for (let { head } = queue; head !== null; { head } = queue) {
          queue.admit(head.id);
          queue.free(head.id);
          order.push(head.id);
        }
        const expected = model.waiting.toSorted(inOrder).map(({ id }) => id);
        assert.deepEqual(order, expected);
        assert.equal(queue.size, 0);
      }),
      { numRuns: 300 },
    );
  });
});

function compare(commands: readonly Command[]): { queue: LimitedQueue<number>; model: Model } {
  const [queue, model] = [new LimitedQueue<number>(limits), new Model()];
  for (const [sequence, one] of commands.entries()) {
    perform(one, sequence, queue, model);
    assert.deepEqual(queue.head, model.head);
    assert.equal(queue.size, model.waiting.length);
    for (const item of model.waiting) {
      assert.deepEqual(new Set(queue.toRecallFor(item.id)), model.toRecallFor(item));
    }
  }
  return { queue, model };
}

// oxlint-disable-next-line max-params -- a step of both, side by side
function perform(one: Command, sequence: number, queue: LimitedQueue<number>, model: Model): void {
  if (one.kind === "add") {
    const { priority, type } = one;
    const item = { id: sequence, priority, sequence, type, key: one.key === "" ? null : one.key };
    queue.add(item);
    model.waiting.push(item);
  } else if (one.kind === "admit") {
    const { head } = model;
    if (head === null) return;
    queue.admit(head.id);
    model.waiting = model.waiting.filter((item) => item !== head);
    model.holding.push(head);
  } else if (one.kind === "remove") {
    const waits = model.waiting.some(({ id }) => id === one.id);
    assert.equal(queue.remove(one.id), waits);
    model.waiting = model.waiting.filter(({ id }) => id !== one.id);
  } else if (one.kind === "begin") {
    queue.begin(one.id);
    if (model.holding.some(({ id }) => id === one.id)) model.begun.add(one.id);
  } else {
    const before = model.recalling;
    const answer = queue.free(one.id);
    model.begun.delete(one.id);
    model.holding = model.holding.filter(({ id }) => id !== one.id);
    for (const item of answer) assert.ok(model.recalling.has(item), "it has nobody recalled");
    for (const id of model.recalling) assertTold(id, { answer, before, model });
  }
}

/** Who could not have anybody recalled before is told, or stands behind one with the same limits. */
function assertTold(
  id: number,
  parts: { answer: readonly number[]; before: ReadonlySet<number>; model: Model },
): void {
  const { answer, before, model } = parts;
  if (before.has(id)) return;
  const item = model.waiting.find((one) => one.id === id);
  const first = model.waiting
    .filter((one) => item !== undefined && limitsOf(one) === limitsOf(item))
    .toSorted(inOrder)[0];
  assert.ok(answer.includes(first?.id ?? -1), `nobody is told that ${id} can have one recalled`);
}

const limitsOf = ({ type, key }: Item): string =>
  [type, key ?? ""].filter((name) => limitOf[name] !== undefined).join(" ");
