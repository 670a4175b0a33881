import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dataBlocks } from "../../src/dicom/data-blocks.ts";
import { DataSetCut } from "../../src/dicom/data-blocks.ts";
import { dataSetInMemory, type DataSet } from "../../src/dicom/data-set.ts";
import { encodings, madeInstance } from "../support/made-instance.ts";
import { ReceivingPeer } from "../support/receiving-peer.ts";
import { associate, contextsFor, store } from "../support/sender.ts";

describe("an instance arrives byte for byte", () => {
  for (const transferSyntax of encodings) {
    it(`in the transfer syntax ${transferSyntax}`, async () => {
      await using peer = await ReceivingPeer.listen();
      const instance = madeInstance(transferSyntax, 300_000);
      const contexts = contextsFor([instance]);
      const association = await associate(peer.port, contexts);
      const answer = await store(association, instance, contexts);
      await association.release();
      assert.deepEqual(answer, { status: 0, comment: "" });
      const [received] = peer.received;
      assert.equal(received?.bytes.equals(instance.dataSet), true);
      assert.equal(received?.message.sopInstance, instance.sopInstance);
      assert.equal(received?.message.transferSyntax, transferSyntax);
      assert.equal(received?.message.caller.callingAet, "SENDQ");
      assert.deepEqual(peer.troubles, []);
    });
  }

  it("with many others on one association, in the order they were sent", async () => {
    await using peer = await ReceivingPeer.listen();
    const instances = encodings.flatMap((uid) => [
      madeInstance(uid, 10),
      madeInstance(uid, 70_000),
    ]);
    const contexts = contextsFor(instances);
    const association = await associate(peer.port, contexts);
    for (const instance of instances) {
      assert.equal((await store(association, instance, contexts)).status, 0);
    }
    await association.release();
    assert.deepEqual(
      peer.received.map(({ bytes }) => bytes.toString("base64")),
      instances.map(({ dataSet }) => dataSet.toString("base64")),
    );
  });

  it("however few bytes fit into a unit of the peer", async () => {
    for (const fragment of [2, 4, 4_084, 16_372, 131_060]) {
      for (const size of [0, 1, 2, fragment - 1, fragment, fragment + 1, 3 * fragment, 9_999]) {
        const bytes = Buffer.alloc(size, "baton");
        const parts: Buffer[] = [];
        for await (const block of dataBlocks(dataSetInMemory(bytes), { contextId: 1, fragment })) {
          parts.push(Buffer.from(block));
        }
        assert.equal(unframed(Buffer.concat(parts), fragment).equals(bytes), true);
      }
    }
  });

  it("also if reading gives a few bytes at a time", async () => {
    const bytes = Buffer.alloc(100_001, "a trickle");
    const whole = dataSetInMemory(bytes);
    const trickle: DataSet = {
      size: bytes.length,
      read: ([first = Buffer.alloc(0)], position) =>
        whole.read([first.subarray(0, Math.min(first.length, 777))], position),
    };
    const parts: Buffer[] = [];
    for await (const block of dataBlocks(trickle, { contextId: 1, fragment: 16_372 }))
      parts.push(Buffer.from(block));
    assert.equal(unframed(Buffer.concat(parts), 16_372).equals(bytes), true);
  });

  it("or not at all: one that became shorter while it was sent ends the association", async () => {
    await using peer = await ReceivingPeer.listen();
    const instance = madeInstance();
    const contexts = contextsFor([instance]);
    const association = await associate(peer.port, contexts);
    const { sopClass, sopInstance, dataSet } = instance;
    const cut = { ...dataSetInMemory(dataSet), size: dataSet.length + 10 };
    await assert.rejects(
      association.store({ contextId: 1, sopClass, sopInstance, data: cut }),
      DataSetCut,
    );
    assert.equal(association.isUsable, false);
    await peer[Symbol.asyncDispose]();
    assert.deepEqual(peer.received, []);
  });
});

/** The bytes of a message out of its units; only the last has the flag. */
function unframed(frames: Buffer, fragment: number): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < frames.length;) {
    const length = frames.readUInt32BE(at + 2);
    assert.equal(length, frames.readUInt32BE(at + 6) + 4);
    assert.ok(length - 6 <= fragment);
    const end = at + 6 + length;
    assert.equal(frames.readUInt8(at + 11), end === frames.length ? 2 : 0);
    parts.push(frames.subarray(at + 12, end));
    at = end;
  }
  return Buffer.concat(parts);
}
