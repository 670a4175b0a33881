import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { FaultyPeer, type Behaviour } from "./support/faulty-peer.ts";
import { explicit, madeInstance } from "./support/made-instance.ts";
import { QueueHost } from "./support/queue-host.ts";

/** What a peer may do with an instance that it cannot bear. */
const ways: Readonly<Record<string, (poison: string) => Behaviour>> = {
  "aborts after it": (poison) => ({
    answer: ({ sopInstance }, wire) => {
      if (sopInstance !== poison) return 0;
      wire.abort();
      return null;
    },
  }),
  "aborts in the middle of it": (poison) => ({
    begin: (sopInstance, wire) => {
      if (sopInstance === poison) wire.abort();
    },
  }),
  "crashes in the middle of it": (poison) => ({
    begin: (sopInstance, wire) => {
      if (sopInstance === poison) wire.reset();
    },
  }),
  "crashes before it answers": (poison) => ({
    answer: ({ sopInstance }, wire) => {
      if (sopInstance !== poison) return 0;
      wire.reset();
      return null;
    },
  }),
  "answers it with what nobody can read": (poison) => ({
    answer: ({ sopInstance }, wire) => {
      if (sopInstance !== poison) return 0;
      wire.socket.write(Buffer.from([4, 0, 0, 0, 0, 10, 0, 0, 0, 6, 1, 3, 9, 9, 9, 9]));
      return null;
    },
  }),
};

describe("an instance that breaks associations is isolated, and the others are delivered", () => {
  let peer: FaultyPeer;
  let host: QueueHost;

  before(async () => {
    peer = await FaultyPeer.listen();
    const destinations = { one: { Concurrency: 1 }, two: { Concurrency: 2 } };
    host = await QueueHost.open({ one: peer.port, two: peer.port }, { destinations });
  });
  after(async () => {
    await host[Symbol.asyncDispose]();
    await peer[Symbol.asyncDispose]();
  });

  for (const [index, [name, behave]] of Object.entries(ways).entries()) {
    const concurrency = 1 + (index % 2);
    it(`if the peer ${name}, with at most ${concurrency} associations`, async () => {
      const instances = Array.from({ length: 20 }, () => madeInstance(explicit, 100_000));
      const uids = instances.map(({ sopInstance }) => sopInstance);
      const [poison = ""] = uids.slice(6);
      peer.behaviour = behave(poison);
      const destination = concurrency === 1 ? "one" : "two";
      await host.send(destination, instances);
      await host.until(destination, ({ Pending: pending }) => pending === 0);
      const items = (await host.items()).filter(({ SOPInstanceUID: uid }) => uids.includes(uid));
      const failed = items.filter(({ State: state }) => state === "Failed");
      assert.deepEqual(
        failed.map(({ SOPInstanceUID: uid, Attempts: attempts }) => ({ uid, attempts })),
        [{ uid: poison, attempts: 3 }],
      );
      const others = items.filter(({ State: state }) => state === "Sent");
      assert.equal(others.length, instances.length - 1);
      // Nobody else is charged, and nobody is sent twice.
      assert.deepEqual([...new Set(others.map(({ Attempts: attempts }) => attempts))], [0]);
      const counts = uids.map((uid) => peer.counts.get(uid) ?? 0);
      assert.deepEqual(
        counts.toSorted((a, b) => a - b),
        [0, ...counts.slice(1).map(() => 1)],
      );
    });
  }
});
