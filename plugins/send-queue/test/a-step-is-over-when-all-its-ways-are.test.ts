import assert from "node:assert/strict";
import { it } from "node:test";
import { Destination } from "../src/destinations/destination.ts";
import { Lanes } from "../src/destinations/lanes.ts";
import type { Sender } from "../src/destinations/sender.ts";
import type { Item } from "../src/queue/item.ts";
import { QueueFailed, type Queue } from "../src/queue/queue.ts";
import type { Target } from "../src/settings/settings.ts";

const item = { id: 1, attempts: 0, isAlone: false, instance: { size: 1 } } as Item;

it("a step that fails over one way is over when what goes over the others has ended", async (test) => {
  const gate = Promise.withResolvers<void>();
  const way: Sender = {
    isUsable: true,
    room: { instances: 1, bytes: 1 },
    carries: () => true,
    async *send([one]) {
      await gate.promise;
      yield [{ item: one, verdict: { kind: "delivered", warning: null } }];
    },
    close: async () => {},
    abort: () => {},
  };
  let claims = 0;
  const queue = {
    acknowledge: () => true,
    call: async (name: string) => {
      if (name !== "claim") return undefined;
      claims += 1;
      if (claims === 2) throw new QueueFailed("database is locked");
      return claims === 1 ? [item] : [];
    },
  } as unknown as Queue;
  const policy = { concurrency: 2, schedule: null, commitmentMs: null, isStrict: false };
  const target = { name: "pacs", ...policy } as unknown as Target;
  const senders = { open: async () => way, probe: async () => {} };
  const parts = { queue, senders, lanes: new Lanes(2), isPaused: false };
  const destination = new Destination(target, parts);
  test.after(() => destination.close());
  const settled: number[] = [];
  let isOver = false;
  const drained = destination
    .drain({
      request: "1",
      until: Number.POSITIVE_INFINITY,
      limit: 10,
      mayGoOn: () => true,
      signal: new AbortController().signal,
      onSettling:
        () =>
        ({ id }) =>
          void settled.push(id),
    })
    .finally(() => (isOver = true));
  drained.catch(() => {});
  for (let turns = 0; turns < 50; turns += 1) await new Promise(setImmediate);
  assert.deepEqual([claims, isOver], [2, false]);
  gate.resolve();
  await assert.rejects(drained, QueueFailed);
  assert.deepEqual(settled, [1]);
});
