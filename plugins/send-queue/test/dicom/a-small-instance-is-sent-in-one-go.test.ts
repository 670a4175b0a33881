import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import {
  commandField,
  element,
  encodeCommand,
  withDataSet,
  type Command,
} from "../../src/dicom/command.ts";
import { framesOf } from "../../src/dicom/data-blocks.ts";
import { SpareBuffers } from "../../src/dicom/spare-buffers.ts";
import { StoreFrames } from "../../src/dicom/store-frames.ts";

const sopClass = "1.2.840.10008.5.1.4.1.1.2";
const contextId = 5;

/** With something else in it, and longer than it has to be. */
const roomFor = (size: number): Buffer => Buffer.alloc(size + 10, 7);

describe("a small instance is sent in one go", () => {
  it("as the same bytes that a large one has, unit by unit", () => {
    for (const sopInstance of ["2.25.1", "2.25.12"]) {
      for (const [size, fragment] of [
        [0, 200],
        [1, 200],
        [200, 200],
        [201, 200],
        [38_000, 16_372],
      ] as const) {
        const data = randomBytes(size);
        const announced = { contextId, sopClass, sopInstance, size };
        const frames = StoreFrames.layOut(announced, fragment, roomFor);
        assert.ok(frames !== null);
        let at = 0;
        for (const gap of frames.gaps) at += data.copy(gap, 0, at);
        frames.messageId = 258;
        const command: Command = new Map<number, number | string>([
          [element.affectedSopClass, sopClass],
          [element.field, commandField.store],
          [element.messageId, 258],
          [element.priority, 0],
          [element.dataSetType, withDataSet],
          [element.affectedSopInstance, sopInstance],
        ]);
        const wanted = Buffer.concat([
          framesOf(encodeCommand(command), { contextId, isCommand: true, fragment }),
          framesOf(data, { contextId, isCommand: false, fragment }),
        ]);
        assert.ok(frames.bytes.equals(wanted), `${size} bytes in units of ${fragment}`);
      }
    }
  });

  it("and what was laid out serves the next of its class and size, as if it were laid out for that", () => {
    const announced = { contextId, sopClass, sopInstance: "2.25.123", size: 500 };
    const laidOut = (request: typeof announced): StoreFrames => {
      const frames = StoreFrames.layOut(request, 200, (size) => Buffer.alloc(size));
      assert.ok(frames !== null);
      frames.messageId = 3;
      return frames;
    };
    const frames = laidOut(announced);
    for (const sopInstance of ["2.25.12", "2.25.456"]) {
      const next = { ...announced, sopInstance };
      assert.equal(frames.readdress(next), true);
      assert.equal(frames.sopInstance, sopInstance);
      assert.ok(frames.bytes.equals(laidOut(next).bytes), sopInstance);
    }
    const others = [
      { size: 501 },
      { contextId: 7 },
      { sopClass: "1.2.840.10008.5.1.4.1.1.4" },
      { sopInstance: "2.25.1" },
    ];
    for (const other of others) assert.equal(frames.readdress({ ...announced, ...other }), false);
    assert.equal(frames.sopInstance, "2.25.456");
  });

  it("unless the peer takes units so short that its command needs several", () => {
    const announced = { contextId, sopClass, sopInstance: "2.25.1", size: 10 };
    assert.equal(StoreFrames.layOut(announced, 50, roomFor), null);
  });

  it("from a buffer that nobody else has, until it is given back", () => {
    const buffers = new SpareBuffers();
    const [one, other] = [buffers.take(40_000), buffers.take(40_000)];
    assert.notEqual(one.buffer, other.buffer);
    buffers.giveBack(one.subarray(100, 200));
    assert.equal(buffers.take(50_000).buffer, one.buffer);
    assert.notEqual(buffers.take(50_000).buffer, one.buffer);
  });

  it("nor while several were lent", () => {
    const buffers = new SpareBuffers();
    const loan = buffers.lend();
    const lent = new Set([loan.take(1_000), loan.take(1_000)].map(({ buffer }) => buffer));
    assert.ok(!lent.has(buffers.take(1_000).buffer));
    loan.end();
    assert.ok(lent.has(buffers.take(1_000).buffer));
    assert.ok(lent.has(buffers.take(1_000).buffer));
  });

  it("of which no more are kept than one that is sent and one that is filled", () => {
    const buffers = new SpareBuffers();
    const taken = [100_000, 1_000, 300_000].map((size) => buffers.take(size));
    for (const each of taken) buffers.giveBack(each);
    const again = [1, 2, 3].map(() => buffers.take(1_000));
    const known = again.filter(({ buffer }) => taken.some((each) => each.buffer === buffer));
    assert.deepEqual(
      known.map(({ length }) => length),
      [524_288, 131_072],
    );
  });
});
