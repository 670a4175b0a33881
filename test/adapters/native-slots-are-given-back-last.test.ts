import assert from "node:assert/strict";
import { it } from "node:test";
import { NativeInbox } from "../../src/adapters/native/inbox.ts";
import { NativeOrderBook } from "../../src/adapters/native/order-book.ts";
import { NativeOutputs } from "../../src/adapters/native/outputs.ts";
import { NativePayloads } from "../../src/adapters/native/payloads.ts";
import { NativeSlots } from "../../src/adapters/native/slots.ts";
import type { NativeCore } from "../../src/native/binding.ts";
import type { Run, RunListener, RunOrder } from "../../src/ports/runner.ts";
import { FakeClock } from "../../src/testing/index.ts";
import { idOf } from "../support/records.ts";
import { deaf, orderOf } from "../support/run-orders.ts";

void it("a slot is given back after what was admitted before, which may be better", () => {
  const calls: string[] = [];
  const told: unknown[] = [{ kind: "granted", id: idOf(1) }];
  const fake: Partial<NativeCore> = {
    drain: () => told.splice(0),
    apply: ({ admit }) => (calls.push(`admit ${admit.length > 0}`), null),
    release: () => calls.push("release") > 0,
  };
  const core = fake as NativeCore;
  const clock = new FakeClock();
  const inbox = new NativeInbox(clock);
  const orders = new NativeOrderBook(core, () => undefined);
  inbox.connect(core, () => orders.flush());
  const payloads = new NativePayloads({ core, orders, inbox, latestContent: () => "{}" });
  let listener = deaf;
  const run: Run = { request: () => undefined, takeBack: () => undefined };
  const runner = {
    own: () => assert.fail("nothing is submitted"),
    start: (_: RunOrder, heard: RunListener) => ((listener = heard), run),
  };
  const outputs = new NativeOutputs(core, orders);
  const parts = { core, orders, inbox, payloads, outputs, runner, clock, durable: false, isNative };
  const slots = new NativeSlots(parts);
  slots.open(deaf);
  slots.admit(orderOf(1, 1));
  slots.catchUp();
  slots.admit(orderOf(2, 2));
  listener.ended(idOf(1), { kind: "returned" });
  assert.deepEqual(calls, ["admit true", "admit true", "release"]);
});

const isNative = (): boolean => false;
