import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  answerBit,
  commandField,
  element,
  encodeCommand,
  noDataSet,
} from "../src/dicom/command.ts";
import { framesOf } from "../src/dicom/data-blocks.ts";
import { FaultyPeer, type Behaviour } from "./support/faulty-peer.ts";
import { explicit, madeInstance } from "./support/made-instance.ts";
import { QueueHost, type ShownItem } from "./support/queue-host.ts";

describe("what a peer answers decides what becomes of an instance", () => {
  let peer: FaultyPeer;
  let host: QueueHost;

  before(async () => {
    peer = await FaultyPeer.listen();
    host = await QueueHost.open({ pacs: peer.port }, { defaults: { Concurrency: 1 } });
  });
  after(async () => {
    await host[Symbol.asyncDispose]();
    await peer[Symbol.asyncDispose]();
  });

  /** Sends so many over one association; their items when nothing waits any more. */
  async function itemsAfter(count: number, behaviour: Behaviour): Promise<readonly ShownItem[]> {
    const instances = Array.from({ length: count }, () => madeInstance(explicit, 1_000));
    peer.behaviour = behaviour;
    await host.send("pacs", instances);
    await host.until("pacs", ({ Pending: pending }) => pending === 0);
    const sent = new Set(instances.map(({ sopInstance }) => sopInstance));
    return (await host.items()).filter(({ SOPInstanceUID: uid }) => sent.has(uid));
  }

  it("a warning is a delivery, and so is a duplicate", async () => {
    const statuses = [0xb000, 0xb006, 0xb007, 0xbf00, 0x0001, 0x0107, 0x0116, 0x0111, 0x0000];
    const items = await itemsAfter(statuses.length, { answer: inTurn(statuses) });
    assert.deepEqual(
      items.map(({ State: state, Warning: warning }) => [state, warning]),
      ["B000", "B006", "B007", "BF00", "0001", "0107", "0116", undefined, undefined].map(
        (warning) => ["Sent", warning],
      ),
    );
  });

  it("what it will never take is an error at once, and what it cannot understand after three times", async () => {
    const statuses = [0xa900, 0x0106, 0x0117, 0x0122, 0x0211, 0xc000, 0xc123];
    const items = await itemsAfter(statuses.length, { answer: inTurn(statuses) });
    assert.deepEqual(
      items.map(({ ErrorCode: code, Attempts: attempts, State: state }) => [state, code, attempts]),
      [
        ["Failed", "A900", 1],
        ["Failed", "0106", 1],
        ["Failed", "0117", 1],
        ["Failed", "0122", 1],
        ["Failed", "0211", 1],
        ["Failed", "C000", 3],
        ["Failed", "C123", 3],
      ],
    );
  });

  for (const status of [0x0110, 0x1234]) {
    const code = status.toString(16).padStart(4, "0");
    it(`one that fails with ${code} three times and then does not is delivered`, async () => {
      const times = new Map<string, number>();
      const items = await itemsAfter(3, {
        answer: ({ sopInstance }) => {
          times.set(sopInstance, (times.get(sopInstance) ?? 0) + 1);
          return (times.get(sopInstance) ?? 0) <= 3 ? status : 0;
        },
      });
      assert.deepEqual(
        items.map(({ State: state, Attempts: attempts, ErrorCode: last }) => [
          state,
          attempts,
          last,
        ]),
        items.map(() => ["Sent", 3, code]),
      );
    });

    it(`one that always fails with ${code} is an error after six times`, async () => {
      let count = 0;
      const [item] = await itemsAfter(1, { answer: () => (count += 1) && status });
      assert.deepEqual([item?.State, item?.Attempts, item?.ErrorCode], ["Failed", 6, code]);
      assert.equal(count, 6);
    });
  }

  for (const status of [0xff00, 0xfe00, 0x0210]) {
    const code = status.toString(16).toUpperCase().padStart(4, "0");
    it(`${code} ends the association: another answer is not taken for that of the next`, async () => {
      const associations = new Set<number>();
      let count = 0;
      const items = await itemsAfter(4, {
        answer: ({ association }) => {
          associations.add(association);
          return (count += 1) === 2 ? status : 0;
        },
      });
      assert.deepEqual([...new Set(items.map(({ State: state }) => state))], ["Sent"]);
      assert.deepEqual(
        items.map(({ Attempts: attempts }) => attempts).toSorted((a, b) => a - b),
        [0, 0, 0, 1],
      );
      assert.equal(associations.size, 2);
    });
  }

  it("one that confirms another instance has confirmed nothing", async () => {
    let count = 0;
    const items = await itemsAfter(3, {
      answer: ({ messageId }, { socket }) => {
        if ((count += 1) !== 2) return 0;
        socket.write(confirmationOf(messageId, "2.25.999"));
        return null;
      },
    });
    assert.deepEqual(
      items.map(({ Attempts: attempts }) => attempts).toSorted((a, b) => a - b),
      [0, 0, 1],
    );
    assert.deepEqual([...new Set(items.map(({ State: state }) => state))], ["Sent"]);
  });
});

/** Each instance has a status of its own, whenever it comes. */
function inTurn(statuses: readonly number[]): NonNullable<Behaviour["answer"]> {
  const order = new Map<string, number>();
  return ({ sopInstance }) => {
    order.set(sopInstance, order.get(sopInstance) ?? order.size);
    return statuses[order.get(sopInstance) ?? 0] ?? 0;
  };
}

/** A C-STORE-RSP with status 0. */
function confirmationOf(messageId: number, sopInstance: string): Buffer {
  const command = new Map<number, number | string>([
    [element.field, commandField.store | answerBit],
    [element.answeredMessageId, messageId],
    [element.dataSetType, noDataSet],
    [element.status, 0],
    [element.affectedSopInstance, sopInstance],
  ]);
  return framesOf(encodeCommand(command), { contextId: 1, isCommand: true, fragment: 16_372 });
}
