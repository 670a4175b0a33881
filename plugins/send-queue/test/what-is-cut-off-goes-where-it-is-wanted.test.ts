import assert from "node:assert/strict";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { drop, filesOf } from "./support/folder-queue.ts";
import { deflatedLittleEndian } from "../src/dicom/uids.ts";
import { explicit, madeInstance, type MadeInstance } from "./support/made-instance.ts";
import { ReceivingPeer } from "./support/receiving-peer.ts";
import { RoutedQueue, until } from "./support/routed-queue.ts";
import { ServedQueue } from "./support/served-queue.ts";

/** The last of its elements goes beyond the end, by an even number of bytes. */
function cut(whole: MadeInstance, by = 100): MadeInstance {
  const file = whole.file.subarray(0, whole.file.length - by);
  return { ...whole, file, dataSet: whole.dataSet.subarray(0, whole.dataSet.length - by) };
}

const unchecked = { Destinations: { lenient: { StructureCheck: false } } };

describe("what is cut off goes where it is wanted", () => {
  let lenient: ReceivingPeer;
  let strict: ReceivingPeer;
  let associations = 0;

  beforeEach(async () => {
    lenient = await ReceivingPeer.listen();
    strict = await ReceivingPeer.listen();
    associations = 0;
    strict.admit = () => {
      associations += 1;
      return null;
    };
  });
  afterEach(async () => {
    await lenient[Symbol.asyncDispose]();
    await strict[Symbol.asyncDispose]();
  });
  const ports = (): Record<string, number> => ({ lenient: lenient.port, strict: strict.port });

  for (const syntax of [explicit, deflatedLittleEndian]) {
    it(`byte for byte, in ${syntax}`, async () => {
      await using queue = await ServedQueue.open(ports(), unchecked);
      const instance = cut(madeInstance(syntax));
      const id = await queue.take(instance);
      const [status] = await queue.call("POST", "/modalities/lenient/store", [id]);
      assert.equal(status, 200);
      assert.equal(lenient.received[0]?.bytes.equals(instance.dataSet), true);
    });
  }

  it("and not to others: there it is an error at once, for which nobody is called", async () => {
    await using queue = await ServedQueue.open(ports(), unchecked);
    const id = await queue.take(cut(madeInstance()));
    const [status, answer] = await queue.call("POST", "/modalities/strict/store", [id]);
    assert.equal(status, 500, JSON.stringify(answer));
    const [item] = await queue.items("destination=strict");
    assert.deepEqual(
      [item?.["State"], item?.["ErrorCode"], item?.["Attempts"]],
      ["Failed", "STRUCTURE", 1],
    );
    assert.equal(associations, 0);
  });

  it("while what came with it goes to all", async () => {
    await using queue = await ServedQueue.open(ports(), unchecked);
    const instances = [madeInstance(), cut(madeInstance()), madeInstance()];
    await queue.send("strict", instances);
    await until("they have arrived", () => strict.received.length === 2);
    const failed = await queue.items("state=failed");
    assert.deepEqual(
      failed.map(({ SOPInstanceUID: uid }) => uid),
      [instances[1]?.sopInstance],
    );
  });

  it("nor to any when all check it again after a restart, though it is here", async () => {
    await using queue = await ServedQueue.open(ports(), unchecked);
    const id = await queue.take(cut(madeInstance()));
    await queue.reopen({ Destinations: {} });
    const [status] = await queue.call("POST", "/modalities/lenient/store", [id]);
    assert.equal(status, 500);
    assert.deepEqual(lenient.received, []);
    const [refused] = await queue.call("POST", "/instances", cut(madeInstance()).file);
    assert.equal(refused, 400, "nobody wants another one");
  });

  it("but not with an odd number of bytes, which no message has", async () => {
    await using queue = await ServedQueue.open(ports(), unchecked);
    const [status, answer] = await queue.call("POST", "/instances", cut(madeInstance(), 99).file);
    assert.equal(status, 400);
    assert.match(String(answer["Details"]), /odd/);
  });

  it("out of a folder when nobody has gone on writing it for long", async () => {
    const folder = { To: ["lenient"], StableSeconds: 0.1, RejectSeconds: 1, ScanSeconds: 0.1 };
    await using queue = await RoutedQueue.open((base) => ({
      peers: ports(),
      queue: { ...unchecked, Folders: { ct: { ...folder, Path: join(base, "in") } } },
    }));
    const whole = madeInstance();
    const since = performance.now();
    await drop(queue, "cut.dcm", cut(whole).file);
    await until("it has arrived", () => lenient.received.length === 1);
    assert.ok(performance.now() - since >= 1_000, "somebody might have written the rest");
    await until("it has left the folder", async () => (await filesOf(queue)).length === 0);
  });
});
