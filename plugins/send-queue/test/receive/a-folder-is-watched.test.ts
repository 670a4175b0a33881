import assert from "node:assert/strict";
import { appendFile, chmod, mkdir, open, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { dressedInstance } from "../support/dressed-instance.ts";
import { drop, filesOf, folderOf, watching } from "../support/folder-queue.ts";
import { explicit, madeInstance } from "../support/made-instance.ts";
import { ReceivingPeer } from "../support/receiving-peer.ts";
import { until, type RoutedQueue } from "../support/routed-queue.ts";

describe("a folder is watched", () => {
  let peer: ReceivingPeer;
  let queue: RoutedQueue;
  beforeEach(async () => {
    peer = await ReceivingPeer.listen();
  });
  afterEach(async () => {
    await queue[Symbol.asyncDispose]();
    await peer[Symbol.asyncDispose]();
  });

  const arrived = (count: number): Promise<void> =>
    until(`${count} have arrived`, () => peer.received.length >= count);
  const isEmpty = async (): Promise<boolean> => (await filesOf(queue)).length === 0;

  it("and what is put into it or a folder in it is sent, and removed", async () => {
    queue = await watching(peer.port);
    const instances = [madeInstance(), madeInstance(explicit, 3_000_000)];
    await drop(queue, "one.dcm", instances[0]?.file ?? Buffer.alloc(0));
    await drop(queue, "study/series/two", instances[1]?.file ?? Buffer.alloc(0));
    await arrived(2);
    await until("the folder is empty", isEmpty);
    for (const { dataSet } of instances) {
      assert.equal(
        peer.received.some(({ bytes }) => bytes.equals(dataSet)),
        true,
      );
    }
  });

  it("and what is done is moved, if that is wanted, over nothing that is there", async () => {
    queue = await watching(peer.port, { Done: "move" });
    const files = [madeInstance().file, madeInstance().file];
    for (const [index, file] of files.entries()) {
      await drop(queue, "a/one.dcm", file);
      await arrived(index + 1);
      await until("it is moved", async () => (await filesOf(queue, "a")).length === 0);
    }
    assert.deepEqual(await filesOf(queue, "done"), ["a/one-1.dcm", "a/one.dcm"]);
    assert.deepEqual(await readFile(join(folderOf(queue), "done/a/one-1.dcm")), files[1]);
  });

  it("and a file that is being written is left alone until it is complete", async () => {
    queue = await watching(peer.port, { RejectSeconds: 5 });
    const { file, dataSet } = madeInstance(explicit, 200_000);
    const path = join(folderOf(queue), "slow.dcm");
    await using writing = await open(path, "w");
    for (let at = 0; at < file.length; at += 20_000) {
      await writing.write(file.subarray(at, at + 20_000));
      await delay(60);
    }
    await arrived(1);
    assert.equal(peer.received[0]?.bytes.equals(dataSet), true);
    assert.deepEqual(await filesOf(queue, "rejected"), []);
  });

  it("and a file whose writer pauses is not rejected before its time", async () => {
    queue = await watching(peer.port, { RejectSeconds: 20 });
    const { file } = madeInstance(explicit, 200_000);
    const path = join(folderOf(queue), "paused.dcm");
    await writeFile(path, file.subarray(0, 100_000));
    await delay(800);
    assert.deepEqual(await filesOf(queue), ["paused.dcm"]);
    await appendFile(path, file.subarray(100_000));
    await arrived(1);
  });

  it("and what is no DICOM is rejected, with the reason beside it", async () => {
    queue = await watching(peer.port);
    await drop(queue, "sub/notes.txt", Buffer.from("hello"));
    await drop(queue, "empty", Buffer.alloc(0));
    await drop(queue, "cut.dcm", madeInstance().file.subarray(0, 1_000));
    await until("all are rejected", async () => (await filesOf(queue, "rejected")).length === 6);
    assert.deepEqual(await filesOf(queue, "rejected"), [
      "cut.dcm",
      "cut.dcm.reason.txt",
      "empty",
      "empty.reason.txt",
      "sub/notes.txt",
      "sub/notes.txt.reason.txt",
    ]);
    const reason = async (name: string): Promise<string> =>
      readFile(join(folderOf(queue), "rejected", `${name}.reason.txt`), "utf8");
    assert.match(await reason("sub/notes.txt"), /no preamble/);
    assert.match(await reason("empty"), /is empty/);
    assert.match(await reason("cut.dcm"), /cut off/);
    assert.deepEqual(await queue.spooled(), []);
  });

  it("and links, temporary names and what may not be read keep nothing back", async (test) => {
    queue = await watching(peer.port);
    const outside = join(queue.folder, "outside.dcm");
    await writeFile(outside, madeInstance().file);
    await symlink(outside, join(folderOf(queue), "link.dcm"));
    await symlink(queue.folder, join(folderOf(queue), "loop"));
    await mkdir(join(folderOf(queue), "folder.dcm"));
    for (const name of [".hidden.dcm", "later.dcm.part", "later.tmp"]) {
      await drop(queue, name, madeInstance().file);
    }
    for (let count = 0; count < 5 && process.getuid?.() !== 0; count += 1) {
      await drop(queue, `secret${count}.dcm`, madeInstance().file);
      await chmod(join(folderOf(queue), `secret${count}.dcm`), 0);
    }
    if (process.getuid?.() === 0) test.diagnostic("root may read everything");
    const { file, sopInstance } = dressedInstance();
    await drop(queue, "plain.dcm", file);
    await arrived(1);
    await delay(500);
    assert.deepEqual(
      peer.received.map(({ message }) => message.sopInstance),
      [sopInstance],
    );
  });
});
