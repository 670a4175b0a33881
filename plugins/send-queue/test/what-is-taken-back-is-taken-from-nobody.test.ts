import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { dressedInstance } from "./support/dressed-instance.ts";
import { HeldQueue } from "./support/held-queue.ts";
import { until, type Answer } from "./support/routed-queue.ts";

describe("what is taken back is taken from nobody", () => {
  let held: HeldQueue;
  let peer: HeldQueue["peer"];
  let queue: HeldQueue["queue"];

  beforeEach(async () => {
    held = await HeldQueue.open();
    ({ peer, queue } = held);
  });
  afterEach(() => held[Symbol.asyncDispose]());

  const store = (id: string, options: object): Promise<[number, Answer]> =>
    queue.call("POST", "/modalities/pacs/store", { Resources: [id], ...options });

  for (const policy of ["always", "updates-only", "new-only", "never"]) {
    it(`nor from who asked for the same meanwhile, with ${policy}`, async () => {
      // It takes the second, and not the first.
      peer.answer = (_message, count) => (count === 0 ? 0xa900 : 0);
      const id = await queue.take(dressedInstance().file);
      const first = store(id, { Queue: false });
      await until("it is being sent", () => held.begun === 1);
      const asked = { Asynchronous: true, RepushPolicy: policy };
      const [status, { ID: job }] = await store(id, asked);
      assert.equal(status, 200);
      held.letGo();
      assert.equal((await first)[0], 500);
      const { state } = await queue.host.waitJob(String(job), { timeoutMs: 20_000 });
      assert.deepEqual([state, peer.received.length], ["succeeded", 2]);
      const states = (await queue.items()).map(({ State: one }) => one);
      assert.deepEqual(states, ["Removed", "Sent"]);
    });
  }
});
