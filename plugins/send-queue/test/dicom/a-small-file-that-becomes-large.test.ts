import assert from "node:assert/strict";
import { mkdtemp, open, rm, writeFile, type FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setImmediate as turn, setTimeout as delay } from "node:timers/promises";
import { deflateRawSync } from "node:zlib";
import { NotDicom, part10Head, readPart10, tag } from "../../src/part10/part10.ts";
import { deflatedLittleEndian } from "../../src/dicom/uids.ts";

const megabyte = 1_048_576;
const identity = { sopClass: "1.2", sopInstance: "1.2.3", transferSyntax: deflatedLittleEndian };

/** Elements of eight bytes, without a value, and after them one that is wanted; half a percent of it deflated. */
function manyElements(bytes: number): Buffer {
  const element = Buffer.from([0x09, 0, 0x10, 0x10, 0x4c, 0x4f, 0, 0]);
  const wanted = Buffer.from([0x10, 0, 0x20, 0, 0x4c, 0x4f, 4, 0, 0x4c, 0x41, 0x53, 0x54]);
  return Buffer.concat([Buffer.alloc(bytes, element), wanted]);
}

/** By this thread, however busy others keep the processor; milliseconds. */
function spent(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

const even = (bytes: Buffer): Buffer =>
  bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(1)]);

describe("a small file that becomes large", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "inflated-"));
  });
  after(() => rm(folder, { recursive: true }));

  const opened = async (deflated: Buffer): Promise<FileHandle> => {
    const path = join(folder, "one.dcm");
    await writeFile(path, Buffer.concat([part10Head(identity), deflated]));
    return open(path);
  };

  it("is read to its end, keeps nobody waiting, and is never held", async () => {
    const plain = manyElements(8 * megabyte);
    await using file = await opened(even(deflateRawSync(plain)));
    const atFirst = process.memoryUsage().arrayBuffers;
    const reading = readPart10(file, [tag.patientId]);
    const end = reading.then(() => "end" as const);
    let longest = 0;
    let held = 0;
    for (let since = spent(); (await Promise.race([turn(), end])) !== "end"; since = spent()) {
      longest = Math.max(longest, spent() - since);
      held = Math.max(held, process.memoryUsage().arrayBuffers - atFirst);
    }
    const { values, isCut } = await reading;
    assert.deepEqual([values.get(tag.patientId), isCut], ["LAST", false]);
    assert.ok(longest < 1_000, `others waited for ${longest} ms`);
    assert.ok(held < 6 * megabyte, `${held} bytes were held`);
  });

  it("is cut off where its elements end, as any other", async () => {
    const plain = manyElements(80_000).subarray(0, -2);
    await using file = await opened(even(deflateRawSync(plain)));
    await assert.rejects(readPart10(file, []), /cut off at byte 80000: a value of 4 bytes/);
    const { isCut } = await readPart10(file, [], { mayBeCut: true });
    assert.equal(isCut, true);
  });

  it("stays open for whoever has opened it", async () => {
    await using file = await opened(even(deflateRawSync(manyElements(800))));
    await readPart10(file, []);
    // Streams close in their own time.
    for (let look = 0; look < 20; look += 1) {
      await file.sync();
      await delay(5);
    }
  });

  it("is refused if it is not deflated to its end, or without end", async () => {
    const deflated = deflateRawSync(manyElements(megabyte));
    const endless = deflateRawSync(Buffer.alloc(270 * megabyte));
    for (const bytes of [deflated.subarray(0, -20), endless, Buffer.alloc(64, 0xff)]) {
      await using file = await opened(even(bytes));
      await assert.rejects(readPart10(file, []), (error) => {
        assert.ok(error instanceof NotDicom);
        assert.match(error.message, /not deflated/);
        return true;
      });
    }
  });
});
