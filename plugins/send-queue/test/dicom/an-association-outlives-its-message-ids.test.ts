import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dataSetInMemory } from "../../src/dicom/data-set.ts";
import { FaultyPeer } from "../support/faulty-peer.ts";
import { ctImageStorage, explicit } from "../support/made-instance.ts";
import { associate } from "../support/sender.ts";

/** More than there are ids: they are numbers of two bytes. */
const count = 70_000;

describe("an association outlives its message ids", () => {
  const options = { skip: process.env["BATON_LONG"] !== "1" && "a minute or two: BATON_LONG=1" };
  it(`${count} instances on one, and after 65,535 comes 1`, options, async () => {
    const ids: number[] = [];
    await using peer = await FaultyPeer.listen({
      answer: ({ messageId }) => {
        ids.push(messageId);
        return 0;
      },
    });
    const contexts = [{ id: 1, abstractSyntax: ctImageStorage, transferSyntaxes: [explicit] }];
    const association = await associate(peer.port, contexts);
    const data = dataSetInMemory(Buffer.alloc(100));
    for (let number = 0; number < count; number += 1) {
      const sopInstance = `2.25.${number}`;
      const request = { contextId: 1, sopClass: ctImageStorage, sopInstance, data };
      assert.equal((await association.store(request)).status, 0);
    }
    await association.release();
    assert.deepEqual(ids.slice(65_533, 65_537), [65_534, 65_535, 1, 2]);
    assert.equal(peer.counts.size, count);
    assert.equal(peer.associations, 1);
  });
});
