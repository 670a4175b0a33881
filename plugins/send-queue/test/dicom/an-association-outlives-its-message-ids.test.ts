import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { messageIdAfter } from "../../src/dicom/command.ts";
import { dataSetInMemory } from "../../src/dicom/data-set.ts";
import { FaultyPeer } from "../support/faulty-peer.ts";
import { ctImageStorage, explicit } from "../support/made-instance.ts";
import { associate } from "../support/sender.ts";

const isLong = process.env["BATON_LONG"] === "1";
/** More than there are ids takes a minute. */
const count = isLong ? 70_000 : 300;

/** Those of the first messages of an association, as they have to be. */
const idsOf = (messages: number): readonly number[] =>
  Array.from({ length: messages }, (_, index) => 1 + (index % 65_535));

describe("an association outlives its message ids", () => {
  it("they are numbers of two bytes, and none is 0: after 65,535 comes 1", () => {
    let last = 0;
    const ids = Array.from({ length: 70_000 }, () => (last = messageIdAfter(last)));
    assert.deepEqual(ids, idsOf(70_000));
  });

  it(`${count} instances on one association have them one after the other`, async () => {
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
    assert.deepEqual(ids, idsOf(count));
    assert.equal(peer.counts.size, count);
    assert.equal(peer.associations, 1);
  });
});
