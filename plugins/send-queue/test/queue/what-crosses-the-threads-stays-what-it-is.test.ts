import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JournaledAcknowledgement } from "../../src/queue/acknowledgement-record.ts";
import type { Item } from "../../src/queue/item.ts";
import {
  packAcknowledgements,
  packItem,
  unpackAcknowledgements,
  unpackItem,
} from "../../src/queue/packed.ts";

/** Nothing in it is what anything else in it is. */
const item: Item = {
  id: 1,
  request: "a request",
  destination: "pacs",
  instance: {
    hash: "a hash",
    sopClass: "1.2.1",
    sopInstance: "1.2.2",
    transferSyntax: "1.2.3",
    offset: 2,
    size: 3,
    resources: { patient: "a", study: "b", series: "c", instance: "d" },
  },
  state: "failed",
  attempts: 4,
  dueAt: 5,
  isAlone: false,
  warning: null,
  lastFailure: null,
  cameFrom: null,
  commitment: "ordered",
  enteredAt: 6,
  changedAt: 7,
};

describe("what crosses the threads stays what it is", () => {
  it("an item, whatever is known of it", () => {
    const known: Item = {
      ...item,
      instance: { ...item.instance, isCut: true },
      isAlone: true,
      warning: "B000",
      lastFailure: { code: "C000", sentence: "The peer did not understand it." },
      cameFrom: "vna",
    };
    for (const one of [item, known]) {
      assert.deepEqual(unpackItem(structuredClone(packItem(one))), one);
    }
  });

  it("acknowledgements, in their order", () => {
    const acknowledgements: JournaledAcknowledgement[] = [
      { number: 1, id: 2, isToCommit: false, now: 1_763_900_000_003 },
      { number: 4, id: 5, isToCommit: true, now: 6 },
      { number: 7, id: 2 ** 40, isToCommit: "if-ordered", now: 9 },
    ];
    const packed = structuredClone(packAcknowledgements(acknowledgements));
    assert.deepEqual(unpackAcknowledgements(packed), acknowledgements);
  });
});
