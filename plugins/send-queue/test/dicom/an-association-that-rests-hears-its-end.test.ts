import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { PeerTrouble } from "../../src/dicom/peer-error.ts";
import { PeerError } from "../../src/dicom/peer-error.ts";
import { FaultyPeer, type Wire } from "../support/faulty-peer.ts";
import { madeInstance } from "../support/made-instance.ts";
import { until } from "../support/routed-queue.ts";
import { associate, contextsFor, store } from "../support/sender.ts";

const instance = madeInstance();
const contexts = contextsFor([instance]);

/** How a peer may end an association on which nothing is sent. */
const ends: Readonly<Record<string, (wire: Wire) => void>> = {
  "aborts it": (wire) => wire.abort(),
  "closes it": ({ socket }) => void socket.end(),
  "resets it": (wire) => wire.reset(),
  "wants to release it": ({ socket }) => void socket.write(releaseRequest),
  "says something that nobody has asked": ({ socket }) => void socket.write(strayData),
};

const releaseRequest = Buffer.from([5, 0, 0, 0, 0, 4, 0, 0, 0, 0]);
const strayData = Buffer.from([4, 0, 0, 0, 0, 8, 0, 0, 0, 4, 1, 3, 0, 0]);

describe("an association that rests hears its end", () => {
  for (const [name, end] of Object.entries(ends)) {
    it(`if the peer ${name}`, async () => {
      const resting = Promise.withResolvers<Wire>();
      await using peer = await FaultyPeer.listen({
        after: (_arrived, wire) => resting.resolve(wire),
      });
      const association = await associate(peer.port, contexts);
      assert.equal((await store(association, instance, contexts)).status, 0);
      assert.equal(association.isUsable, true);
      end(await resting.promise);
      await until("it hears of it", () => !association.isUsable);
      await assert.rejects(store(association, instance, contexts), PeerError);
      assert.equal(peer.arrived, 1);
    });
  }
});

/** Answers that lack something, or are nobody's: after any of them the association is over. */
const answers: Readonly<Record<string, Buffer>> = {
  "has no status": commandOf([0x0100, 0x8001], [0x0120, 1], [0x0800, 0x0101]),
  "answers no message": commandOf([0x0100, 0x8001], [0x0800, 0x0101], [0x0900, 0]),
  "answers another message": commandOf([0x0100, 0x8001], [0x0120, 2], [0x0900, 0]),
  "is no answer": commandOf([0x0100, 0x0001], [0x0120, 1], [0x0900, 0]),
  "is longer than it says": Buffer.from([4, 0, 0, 0, 0, 8, 0, 0, 0, 4, 1, 3, 0, 0]),
};

describe("an answer that cannot be one ends the association", () => {
  for (const [name, answer] of Object.entries(answers)) {
    it(`if it ${name}`, async () => {
      await using peer = await FaultyPeer.listen({
        answer: (_arrived, { socket }) => {
          socket.write(answer);
          return null;
        },
      });
      const association = await associate(peer.port, contexts);
      assert.equal((await troubleOf(store(association, instance, contexts)))?.kind, "protocol");
      assert.equal(association.isUsable, false);
    });
  }
});

async function troubleOf(work: Promise<unknown>): Promise<PeerTrouble | null> {
  try {
    await work;
    return null;
  } catch (error) {
    assert.ok(error instanceof PeerError, String(error));
    return error.trouble;
  }
}

/** A command of numbers, in a unit of context 1. */
function commandOf(...elements: readonly (readonly [number, number])[]): Buffer {
  const body = Buffer.concat(
    elements.map(([number, value]) => {
      const element = Buffer.alloc(10);
      element.writeUInt16LE(number, 2);
      element.writeUInt32LE(2, 4);
      element.writeUInt16LE(value, 8);
      return element;
    }),
  );
  const head = Buffer.from([4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3]);
  head.writeUInt32BE(body.length + 6, 2);
  head.writeUInt32BE(body.length + 2, 6);
  return Buffer.concat([head, body]);
}
