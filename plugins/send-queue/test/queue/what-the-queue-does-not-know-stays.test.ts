import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { openSendQueue, type SendQueue } from "../../src/open-send-queue.ts";
import type { QueuedInstance } from "../../src/queue/item.ts";
import { fromRest } from "../../src/routing/origin.ts";
import { madeInstance } from "../support/made-instance.ts";

describe("what is in the spool and the queue does not know", () => {
  let folder = "";
  const path = (...names: readonly string[]): string => join(folder, ...names);
  const index = (): string => path("queue.sqlite");

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "send-queue-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const opened = (): Promise<SendQueue> =>
    openSendQueue({ SendQueue: { Directory: folder, MinFreeMB: 1 } });
  /** Where a file stands in the spool. */
  const placeOf = async (hash: string): Promise<string> => {
    await mkdir(path("spool", hash.slice(0, 2)), { recursive: true });
    return path("spool", hash.slice(0, 2), hash);
  };
  it("is known again when the queue's file was an older copy, and stays so", async () => {
    const before = await opened();
    await take(before, madeInstance().file);
    await before[Symbol.asyncDispose]();
    await cp(index(), path("copy"));
    const after = await opened();
    const { hash } = await take(after, madeInstance().file);
    await after[Symbol.asyncDispose]();
    await cp(path("copy"), index());
    for (const known of [1, 0]) {
      await using queue = await opened();
      assert.deepEqual(queue.adopted, { known, aside: 0, unread: 0 });
      assert.equal(await isThere(queue, hash), true);
    }
  });

  it("stands aside if it is no instance, or other bytes than came in", async () => {
    const broken = Buffer.from("no DICOM");
    const { file } = madeInstance();
    await writeFile(await placeOf(hashOf(broken)), broken);
    await writeFile(await placeOf(hashOf(Buffer.from("other bytes"))), file);
    await using queue = await opened();
    assert.deepEqual(queue.adopted, { known: 0, aside: 2, unread: 0 });
    const names = await readdir(path("spool", "unreadable"));
    const wanted = [hashOf(broken), hashOf(Buffer.from("other bytes"))].toSorted();
    assert.deepEqual(names.map((name) => name.slice(0, 64)).toSorted(), wanted);
  });

  it("is tried again at the next start if it cannot be read", async () => {
    const { file } = madeInstance();
    const hash = hashOf(file);
    const place = await placeOf(hash);
    // Neither is a file that says what is in it.
    await symlink(place, place);
    await writeFile(path("spool", hash.slice(0, 2), "notes"), "of somebody else");
    const first = await opened();
    await first[Symbol.asyncDispose]();
    assert.deepEqual(first.adopted, { known: 0, aside: 0, unread: 1 });
    await rm(place);
    await writeFile(place, file);
    await using queue = await opened();
    assert.deepEqual(queue.adopted, { known: 1, aside: 0, unread: 0 });
    assert.equal(await isThere(queue, hash), true);
  });

  it("is as old as it was: of two versions the last that came is meant", async () => {
    const before = await opened();
    const meant = new Map<string, string>();
    // The spool has them in no order, so that one pair would show it by chance alone.
    for (let pair = 0; pair < 8; pair += 1) {
      const { sopInstance, file } = madeInstance();
      await take(before, file);
      await delay(20);
      const newer = await take(before, madeInstance(undefined, 500, sopInstance).file);
      meant.set(newer.resources.instance, newer.hash);
    }
    await before[Symbol.asyncDispose]();
    await rm(index());
    await using queue = await opened();
    assert.equal(queue.adopted.known, 16);
    for (const [id, hash] of meant) {
      const request = { id, destination: "pacs", priority: 0, isPermissive: false };
      const entry = { request, policy: "always", meant: { resources: [id] } } as const;
      await queue.queue.call("enter", { ...entry, now: Date.now() });
      const [found] = await queue.queue.call("items", { filter: { request: id }, limit: 2 });
      assert.equal(found?.instance.hash, hash);
    }
  });
});

const hashOf = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

const take = async (queue: SendQueue, file: Buffer): Promise<QueuedInstance> => {
  const writer = await queue.intake.begin();
  await writer.write(file);
  const examined = await queue.intake.examine(writer);
  const [taken] = await queue.intake.take([examined], fromRest);
  assert.ok(taken !== undefined);
  return taken.instance;
};

const isThere = async (queue: SendQueue, hash: string): Promise<boolean> => {
  await (await queue.spool.open(hash)).close();
  return queue.queue.call("isSpooled", { hash });
};
