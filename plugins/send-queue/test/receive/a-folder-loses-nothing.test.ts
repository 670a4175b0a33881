import assert from "node:assert/strict";
import { link, mkdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { PutAway } from "../../src/receive/folder/put-away.ts";
import { filesIn, stampOf } from "../../src/receive/folder/folder-files.ts";
import { dressedInstance } from "../support/dressed-instance.ts";
import { drop, filesOf, folderOf, watching } from "../support/folder-queue.ts";
import { ReceivingPeer } from "../support/receiving-peer.ts";
import { until, type RoutedQueue } from "../support/routed-queue.ts";

const many = process.env["BATON_LONG"] === "1" ? 10_000 : 400;

const forget = (): Promise<void> => Promise.resolve();

describe("a folder loses nothing", () => {
  let peer: ReceivingPeer;
  let queue: RoutedQueue;
  beforeEach(async () => {
    peer = await ReceivingPeer.listen();
  });
  afterEach(async () => {
    await queue[Symbol.asyncDispose]();
    await peer[Symbol.asyncDispose]();
  });

  const uids = (): readonly string[] => peer.received.map(({ message }) => message.sopInstance);

  it("and sends nothing twice that it cannot remove, over a restart too", async () => {
    // It is looked through again and again, and takes it at each look if it does not know better.
    queue = await watching(peer.port);
    const hold = join(folderOf(queue), ".taken");
    await rm(hold, { recursive: true });
    await writeFile(hold, "no folder");
    await drop(queue, "one.dcm", dressedInstance().file);
    await until("it has arrived", () => peer.received.length === 1);
    await delay(800);
    assert.deepEqual(await filesOf(queue), [".taken", "one.dcm"]);
    await queue.host.close();
    await rm(hold);
    await queue.reopen();
    await until("it is gone", async () => (await filesOf(queue)).length === 0);
    assert.equal((await queue.items()).length, 1);
    assert.equal(peer.received.length, 1);
  });

  it("and takes a file once whose process ended before it was removed", async () => {
    queue = await watching(peer.port, { StableSeconds: 0.3 });
    await queue.reopen();
    const path = join(folderOf(queue), "one.dcm");
    const kept = join(queue.folder, "kept.dcm");
    await drop(queue, "one.dcm", dressedInstance().file);
    // As if it had not been removed: the same file again.
    await link(path, kept);
    await until("it has arrived", () => peer.received.length === 1);
    const stamp = stampOf(await stat(kept, { bigint: true }));
    await queue.host.close();
    const { Queue } = await import("../../src/queue/queue.ts");
    const index = await Queue.open(join(queue.folder, "queue", "queue.sqlite"));
    await index.call("arrive", { arrivals: [], taken: stamp, now: 1 });
    await index.close();
    await mkdir(join(folderOf(queue), ".taken"), { recursive: true });
    await rename(kept, join(folderOf(queue), ".taken", "0 one.dcm"));
    await queue.reopen();
    await until("it is gone", async () => (await filesOf(queue)).length === 0);
    assert.equal((await queue.items()).length, 1);
  });

  it("and gives back a file that has come in the place of the one it took", async () => {
    queue = await watching(peer.port);
    await queue.host.close();
    const folder = folderOf(queue);
    const path = join(folder, "one.dcm");
    await writeFile(path, "first");
    const taken = { name: "one.dcm", stamp: stampOf(await stat(path, { bigint: true })) };
    await writeFile(path, "second, and longer");
    const removing = new PutAway(folder, { done: "remove", forget });
    await removing.finish(taken);
    assert.deepEqual(await filesOf(queue), ["one.dcm"]);
    await removing.reject(taken, "why");
    await utimes(path, 1, 1);
    await new PutAway(folder, { done: "move", forget }).finish(taken);
    assert.deepEqual(await filesOf(queue), ["one.dcm"]);
    await queue.reopen();
  });

  it(`and takes ${many} files as one job`, async () => {
    queue = await watching(peer.port, { StableSeconds: 0 });
    const instances = Array.from({ length: many }, () => dressedInstance());
    for (const [index, { file }] of instances.entries()) {
      await writeFile(join(folderOf(queue), `.${index}`), file);
    }
    for (const index of instances.keys()) {
      await rename(join(folderOf(queue), `.${index}`), join(folderOf(queue), `${index}.dcm`));
    }
    // Each is written to the disk before it goes: 30 a second at least.
    await until("all have arrived", () => peer.received.length >= many, 30 + many / 30);
    await until("the folder is empty", async () => (await filesOf(queue)).length === 0);
    const wanted = instances.map(({ sopInstance }) => sopInstance);
    assert.deepEqual(uids().toSorted(), wanted.toSorted());
    assert.ok(queue.jobs().length <= 3, `${queue.jobs().length} jobs`);
  });

  it("and lets others have their turns while it looks through many files", async () => {
    queue = await watching(peer.port);
    await queue.host.close();
    for (let count = 0; count < many; count += 1) {
      await writeFile(join(folderOf(queue), `${count}.dcm`), "");
    }
    let turns = 0;
    let isOver = false;
    const turn = (): void => {
      turns += 1;
      if (!isOver) setImmediate(turn);
    };
    turn();
    let files = 0;
    for await (const file of filesIn(folderOf(queue), () => {})) files += file.name === "" ? 0 : 1;
    isOver = true;
    assert.equal(files, many);
    assert.ok(turns > many / 2, `${turns} turns of the loop`);
    await rm(folderOf(queue), { recursive: true });
    await queue.reopen();
  });
});
