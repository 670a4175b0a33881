import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { PassThrough } from "node:stream";
import { describe, it } from "node:test";
import { dataBlocks, fragmentSize } from "../../src/dicom/data-blocks.ts";
import { dataSetInMemory } from "../../src/dicom/data-set.ts";
import type { DataValue } from "../../src/dicom/pdu.ts";
import { PduReader } from "../../src/dicom/pdu-reader.ts";
import { PeerError } from "../../src/dicom/peer-error.ts";

const most = 131_072;
const contextId = 3;

/** A unit with values of so many bytes, each the last of its message. */
function unitOf(...sizes: readonly number[]): Buffer {
  const values = sizes.map((size, index) => {
    const value = Buffer.alloc(6 + size, index + 1);
    value.writeUInt32BE(size + 2, 0);
    value.writeUInt8(contextId, 4);
    value.writeUInt8(2, 5);
    return value;
  });
  const head = Buffer.from([4, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(Buffer.concat(values).length, 2);
  return Buffer.concat([head, ...values]);
}

async function valueOf(reader: PduReader): Promise<DataValue> {
  const pdu = await reader.next();
  assert.equal(pdu?.kind, "data");
  const [value, ...others] = pdu.values;
  assert.ok(value !== undefined);
  assert.deepEqual(others, []);
  return value;
}

describe("what is on its way needs little memory", () => {
  it("what comes is handed on as it comes, before its unit is whole, and not copied", async () => {
    const wire = new PassThrough();
    const reader = new PduReader(wire as unknown as Socket, most);
    const unit = unitOf(100_000);
    const chunks = [unit.subarray(0, 1_012), unit.subarray(1_012, 50_012), unit.subarray(50_012)];
    for (const [index, chunk] of chunks.entries()) {
      wire.write(chunk);
      const { bytes, isLast, isCommand, contextId: id } = await valueOf(reader);
      assert.deepEqual([id, isCommand, isLast], [contextId, false, index === 2]);
      assert.equal(bytes.buffer, unit.buffer);
    }
  });

  it("in units of several values, empty ones too, cut anywhere", async () => {
    const bytes = Buffer.concat([unitOf(5, 0, 300), unitOf(7)]);
    for (const size of [1, 4, 7, 64, bytes.length]) {
      const wire = new PassThrough();
      const reader = new PduReader(wire as unknown as Socket, most);
      for (let at = 0; at < bytes.length; at += size) wire.write(bytes.subarray(at, at + size));
      wire.end();
      const values: DataValue[] = [];
      for (let pdu = await reader.next(); pdu !== null; pdu = await reader.next()) {
        assert.ok(pdu.kind === "data");
        values.push(...pdu.values);
      }
      const got: string[] = [""];
      for (const { bytes: piece, isLast } of values) {
        got.push((got.pop() ?? "") + Buffer.from(piece).toString("hex"), ...(isLast ? [""] : []));
      }
      const wanted = ["01".repeat(5), "", "03".repeat(300), "01".repeat(7), ""];
      assert.deepEqual(got, wanted, `in chunks of ${size}`);
    }
  });

  it("and what is cut off, or longer than its unit, is said", async () => {
    const cut = new PassThrough();
    cut.end(unitOf(100).subarray(0, 50));
    const reader = new PduReader(cut as unknown as Socket, most);
    await valueOf(reader);
    await assert.rejects(reader.next(), (error) => {
      return error instanceof PeerError && error.trouble.kind === "closed";
    });
    const long = unitOf(100);
    long.writeUInt32BE(103, 6);
    const short = Buffer.concat([Buffer.from([4, 0, 0, 0, 0, 5]), Buffer.alloc(5)]);
    for (const bytes of [long, short]) {
      const wire = new PassThrough();
      wire.end(bytes);
      await assert.rejects(new PduReader(wire as unknown as Socket, most).next(), (error) => {
        return error instanceof PeerError && error.trouble.kind === "protocol";
      });
    }
  });

  it("what goes has a buffer of its size, and one for two units", async () => {
    for (const size of [38_000, 200_000]) {
      const blocks = dataBlocks(dataSetInMemory(Buffer.alloc(size)), {
        contextId,
        fragment: fragmentSize(most),
      });
      const got: Buffer[] = [];
      for await (const block of blocks) got.push(block);
      const [block, ...others] = got;
      assert.deepEqual(others, []);
      const units = Math.ceil(size / fragmentSize(most));
      assert.equal(block?.length, size + 12 * units);
      assert.equal(block.buffer.byteLength, block.length);
    }
  });
});
