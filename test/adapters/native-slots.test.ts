import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { NativeInbox } from "../../src/adapters/native/inbox.ts";
import { NativeOrderBook } from "../../src/adapters/native/order-book.ts";
import { NativeOutputs } from "../../src/adapters/native/outputs.ts";
import { NativePayloads } from "../../src/adapters/native/payloads.ts";
import { NativeSlots } from "../../src/adapters/native/slots.ts";
import type { NativeCore } from "../../src/native/binding.ts";
import type { FlatMessages } from "../../src/native/flat.ts";
import type { NativeMessage } from "../../src/native/messages.ts";
import type { Run, RunOrder, Runner } from "../../src/ports/runner.ts";
import { FakeClock } from "../../src/testing/index.ts";
import { idOf } from "../support/records.ts";
import { deaf, orderOf } from "../support/run-orders.ts";

void describe("a request for a native job", () => {
  for (const request of ["pause", "cancel", "recall"] as const) {
    void it(`that has begun and ended, with both still to be told, is begun (${request})`, () => {
      const { slots, core } = opened([1]);
      core.says = "absent";
      assert.equal(slots.request(idOf(1), request), "begun");
    });

    void it(`that was never admitted is absent (${request})`, () => {
      const { slots, core } = opened([1]);
      core.says = "absent";
      assert.equal(slots.request(idOf(2), request), "absent");
    });
  }

  void it("that has ended, and is told so, is absent", () => {
    const { slots, core, ended } = opened([1]);
    core.tell({ kind: "started", id: idOf(1) }, endOf(1));
    slots.catchUp();
    core.says = "absent";
    assert.deepEqual(ended, [1]);
    assert.equal(slots.request(idOf(1), "cancel"), "absent");
  });
});

void describe("a slot that was granted to JavaScript", () => {
  void it("is used by a run", () => {
    const { slots, core, started } = opened([1]);
    core.tell({ kind: "granted", id: idOf(1) });
    slots.catchUp();
    assert.deepEqual([started, core.released], [[1], []]);
  });

  void it("is given back without a run if the closing hears of it", async () => {
    const { slots, core, started } = opened([1]);
    core.tell({ kind: "granted", id: idOf(1) });
    assert.deepEqual(await slots.close(1_000), []);
    assert.deepEqual([started, core.released], [[], [1]]);
    assert.equal(slots.admitted, 0);
  });

  void it("is given back without a run if it is told after the closing began", async () => {
    const { slots, core, started } = opened([1]);
    const closing = slots.close(1_000);
    core.tell({ kind: "granted", id: idOf(1) });
    slots.catchUp();
    assert.deepEqual(await closing, []);
    assert.deepEqual([started, core.released], [[], [1]]);
  });
});

/** As much of the native core as the slots use; it answers and tells what the test wants. */
class FakeCore implements Pick<NativeCore, "drain" | "apply" | "request" | "release"> {
  says: ReturnType<NativeCore["request"]> = "begun";
  /** The jobs whose slots were given back. */
  readonly released: number[] = [];
  /** Rare messages cross as objects, so any may. */
  #inbox: unknown[] = [];

  tell(...messages: readonly NativeMessage[]): void {
    this.#inbox.push(...messages);
  }

  drain(): FlatMessages {
    return this.#inbox.splice(0);
  }

  apply(): null {
    return null;
  }

  request(): ReturnType<NativeCore["request"]> {
    return this.says;
  }

  release(id: string): boolean {
    this.released.push(countOf(id));
    return true;
  }

  beginClose(): void {
    // What was told before stays told.
  }
}

/** Slots into which these jobs were admitted, none of which has begun. */
function opened(counts: readonly number[]): {
  readonly slots: NativeSlots;
  readonly core: FakeCore;
  readonly started: number[];
  readonly ended: number[];
} {
  const [started, ended]: [number[], number[]] = [[], []];
  const [fake, clock] = [new FakeCore(), new FakeClock()];
  const core = fake as Partial<NativeCore> as NativeCore;
  const inbox = new NativeInbox(clock);
  const orders = new NativeOrderBook(core, () => undefined);
  inbox.connect(core, () => orders.flush());
  const run: Run = { request: () => undefined, takeBack: () => undefined };
  const start = ({ id }: RunOrder): Run => (started.push(countOf(id)), run);
  const runner: Runner = { own: () => assert.fail("nothing is submitted"), start };
  const payloads = new NativePayloads({ core, orders, inbox, latestContent: () => "{}" });
  const slots = new NativeSlots({
    core,
    orders,
    inbox,
    payloads,
    outputs: new NativeOutputs(core, orders),
    runner,
    clock,
    durable: false,
    isNative: () => false,
  });
  slots.open({ ...deaf, ended: (id) => void ended.push(countOf(id)) });
  for (const count of counts) slots.admit(orderOf(count));
  return { slots, core: fake, started, ended };
}

const countOf = (id: string): number => Number(id.slice(-12));

const endOf = (count: number): NativeMessage => ({
  kind: "ended",
  id: idOf(count),
  outcome: { kind: "not-mine" },
  stopReason: 0,
  sample: { progress: 0, content: null, state: null, tree: null },
  runtimeMs: 0,
  hasPayload: false,
  finalized: false,
});
