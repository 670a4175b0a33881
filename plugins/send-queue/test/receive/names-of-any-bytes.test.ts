import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { filesIn } from "../../src/receive/folder/folder-files.ts";
import { dressedInstance } from "../support/dressed-instance.ts";
import { drop, filesOf, folderOf, watching } from "../support/folder-queue.ts";
import { ReceivingPeer } from "../support/receiving-peer.ts";
import { until, type RoutedQueue } from "../support/routed-queue.ts";

/** As a program writes it that knows no UTF-8: "Müller.dcm" in Latin-1. */
const latin = Buffer.from("M\u00fcller.dcm", "latin1");

const longest = `${"n".repeat(251)}.dcm`;

describe("a watched folder", () => {
  let peer: ReceivingPeer;
  let queue: RoutedQueue;
  beforeEach(async () => {
    peer = await ReceivingPeer.listen();
  });
  afterEach(async () => {
    // Paths that are too long for whoever names them from the root.
    spawnSync("rm", ["-rf", "in"], { cwd: queue.folder });
    await queue[Symbol.asyncDispose]();
    await peer[Symbol.asyncDispose]();
  });

  const below = async (folder: string): Promise<readonly Buffer[]> =>
    readdir(join(folderOf(queue), folder), { encoding: "buffer" });

  it("takes a file whose name is no text, out of a folder whose name is none, and keeps it as it was", async () => {
    queue = await watching(peer.port, { Done: "move" });
    const beside = join(queue.folder, "beside");
    await writeFile(beside, dressedInstance().file);
    const inside = Buffer.concat([Buffer.from(`${folderOf(queue)}/`), latin]);
    await mkdir(inside);
    await rename(beside, Buffer.concat([inside, Buffer.from("/"), latin]));
    await until("it has arrived", () => peer.received.length === 1);
    await until("it is done", async () => (await filesOf(queue, ".taken")).length === 0);
    assert.deepEqual(await below("done"), [latin]);
    const done = Buffer.concat([Buffer.from(`${folderOf(queue)}/done/`), latin]);
    await until("it is there", async () => (await readdir(done)).length === 1);
    assert.deepEqual(await readdir(done, { encoding: "buffer" }), [latin]);
  });

  for (const [what, bytes, folder] of [
    ["takes a file whose name is as long as names are", dressedInstance().file, "done"],
    ["rejects one, and says why", Buffer.from("no DICOM"), "rejected"],
  ] as const) {
    it(what, async () => {
      queue = await watching(peer.port, { Done: "move" });
      await drop(queue, longest, bytes);
      const isDone = folder === "done";
      await until("it is away", async () =>
        (await filesOf(queue, folder)).includes(isDone ? longest : `${"n".repeat(244)}.reason.txt`),
      );
      assert.ok((await filesOf(queue, folder)).includes(longest));
      await until("it is held no more", async () => (await filesOf(queue, ".taken")).length === 0);
      // It is sent meanwhile.
      if (isDone) await until("it has arrived", () => peer.received.length > 0);
      assert.equal(peer.received.length, isDone ? 1 : 0);
    });
  }

  it("takes the others if a folder in it cannot be read", async () => {
    queue = await watching(peer.port);
    // As if somebody else's: whoever tests may read everything. Nobody can name the last of these.
    const deep = `for (const name of Array(16).fill("d".repeat(255))) {
      fs.mkdirSync(name);
      process.chdir(name);
    }`;
    const made = spawnSync(process.execPath, ["-e", deep], { cwd: folderOf(queue) });
    assert.equal(made.status, 0, String(made.stderr));
    const errors: unknown[] = [];
    for await (const file of filesIn(folderOf(queue), (error) => errors.push(error)))
      assert.fail(file.name);
    assert.match(String(errors), /ENAMETOOLONG/);
    await drop(queue, "z.dcm", dressedInstance().file);
    await until("it has arrived", () => peer.received.length === 1);
  });
});
