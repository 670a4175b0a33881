import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { judgedByPolicy } from "../../src/destinations/outcome.ts";
import { maxAssociationMs, RenewedSenders } from "../../src/destinations/renewed-senders.ts";
import type { Sender, SenderFactory } from "../../src/destinations/sender.ts";
import type { Item } from "../../src/queue/item.ts";

const item = {} as Item;

describe("an association is renewed", () => {
  let now = 0;
  let closed = 0;
  const sender: Sender = {
    isUsable: true,
    room: { instances: 1, bytes: 1 },
    carries: () => true,
    async *send([sent]) {
      yield [{ item: sent, verdict: { kind: "delivered", warning: null } }];
    },
    close: async () => void (closed += 1),
    abort: () => {},
  };
  const senders: SenderFactory = { open: async () => sender, probe: async () => {} };

  it("after so many instances", async () => {
    const one = await new RenewedSenders(senders, 3, () => now).open([item]);
    for (const isUsable of [true, true, false]) {
      for await (const _ of one.send([item]));
      assert.equal(one.isUsable, isUsable);
    }
    await one.close();
    assert.equal(closed, 1);
  });

  it("after ten minutes, however little it sent", async () => {
    const one = await new RenewedSenders(senders, 3, () => now).open([item]);
    now += maxAssociationMs - 1;
    assert.equal(one.isUsable, true);
    now += 1;
    assert.equal(one.isUsable, false);
  });
});

describe("a warning", () => {
  const warned = { kind: "delivered", warning: "B000" } as const;

  it("is a delivery", () => {
    assert.equal(judgedByPolicy(warned, { areWarningsFailures: false }), warned);
  });

  it("is an error at once where warnings are failures", () => {
    const verdict = judgedByPolicy(warned, { areWarningsFailures: true });
    assert.ok(verdict.kind === "failed");
    const { scope, kind, code } = verdict.failure;
    assert.deepEqual({ scope, kind, code }, { scope: "instance", kind: "permanent", code: "B000" });
  });

  it("is none where there is none", () => {
    const plain = { kind: "delivered", warning: null } as const;
    assert.equal(judgedByPolicy(plain, { areWarningsFailures: true }), plain);
  });
});
