import assert from "node:assert/strict";
import { link, mkdtemp, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { Queue } from "../../src/queue/queue.ts";
import { stampOf, type FolderFile } from "../../src/receive/folder/folder-files.ts";
import { PutAway } from "../../src/receive/folder/put-away.ts";
import { dressedInstance } from "../support/dressed-instance.ts";
import { filesOf, folderOf, watching } from "../support/folder-queue.ts";
import { ReceivingPeer } from "../support/receiving-peer.ts";
import { until } from "../support/routed-queue.ts";

const full = (): Promise<void> => Promise.reject(new Error("the disk is full"));
const forgotten = (): Promise<void> => Promise.resolve();

describe("a file that is taken is forgotten before it is gone", () => {
  let folder = "";
  const held = (): Promise<readonly string[]> => readdir(join(folder, ".taken"));
  const done = (): Promise<readonly string[]> => readdir(join(folder, "done")).catch(() => []);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "sq-away-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const dropped = async (): Promise<FolderFile> => {
    const path = join(folder, "one.dcm");
    await writeFile(path, "bytes");
    return { name: "one.dcm", stamp: stampOf(await stat(path, { bigint: true })) };
  };

  it("and is there again if it cannot be forgotten", async () => {
    const away = new PutAway(folder, { done: "remove", forget: full });
    await away.open();
    const file = await dropped();
    await assert.rejects(away.finish(file), /the disk is full/);
    assert.deepEqual(await readdir(folder), [".taken", "one.dcm"]);
    assert.deepEqual(await held(), []);
    assert.equal(stampOf(await stat(join(folder, "one.dcm"), { bigint: true })), file.stamp);
  });

  for (const what of ["remove", "move"] as const) {
    it(`and put away at the next start, not taken again, if the process ends between (${what})`, async () => {
      const kept = join(folder, ".kept");
      let name = "";
      const forget = async (): Promise<void> => {
        [name = ""] = await held();
        await link(join(folder, ".taken", name), kept);
      };
      const away = new PutAway(folder, { done: what, forget });
      await away.open();
      await away.finish(await dropped());
      assert.notEqual(name, "");
      // As it was when it had been forgotten.
      await rm(join(folder, "done"), { recursive: true, force: true });
      await rename(kept, join(folder, ".taken", name));
      await new PutAway(folder, { done: what, forget: forgotten }).open();
      assert.deepEqual(await held(), []);
      assert.deepEqual(await done(), what === "move" ? ["one.dcm"] : []);
      assert.equal((await readdir(folder)).includes("one.dcm"), false);
    });
  }
});

it("a file that looks like one that was taken, and is in no folder at the start, is taken", async () => {
  await using peer = await ReceivingPeer.listen();
  await using queue = await watching(peer.port);
  await queue.host.close();
  const path = join(queue.folder, "later.dcm");
  await writeFile(path, dressedInstance().file);
  const stamp = stampOf(await stat(path, { bigint: true }));
  // Somebody has taken away the file that was taken, and its number is given to another.
  const index = await Queue.open(join(queue.folder, "queue", "queue.sqlite"));
  await index.call("arrive", { arrivals: [], taken: stamp, now: 1 });
  await index.close();
  await queue.reopen();
  await rename(path, join(folderOf(queue), "later.dcm"));
  await until("it is gone", async () => (await filesOf(queue)).length === 0);
  await until("it has arrived", () => peer.received.length === 1);
});
