import assert from "node:assert/strict";
import { cp, mkdtemp, open, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { fromRest } from "../../src/routing/origin.ts";
import { openSendQueue, type SendQueue } from "../../src/open-send-queue.ts";
import { Queue, QueueFailed } from "../../src/queue/queue.ts";
import { filesOf, queuedInstance } from "../support/queued-instance.ts";
import { madeInstance } from "../support/made-instance.ts";

describe("a damaged queue loses no image", () => {
  let folder = "";
  const path = (name: string): string => join(folder, name);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "send-queue-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const opened = (): Promise<SendQueue> =>
    openSendQueue({ SendQueue: { Directory: folder, MinFreeMB: 1 } });
  /** Takes some instances in, and enters them for a destination. */
  const filled = async (count: number): Promise<void> => {
    await using queue = await opened();
    const instances = [];
    for (let number = 0; number < count; number += 1) {
      const writer = await queue.intake.begin();
      await writer.write(madeInstance().file);
      const examined = await queue.intake.examine(writer);
      const taken = await queue.intake.take([examined], fromRest);
      instances.push(...taken.map(({ instance }) => instance));
    }
    const request = { id: "r", destination: "pacs", priority: 0, isPermissive: false };
    await queue.queue.call("enter", {
      request,
      policy: "always",
      meant: filesOf(instances),
      now: 1,
    });
  };

  it("a log that ends in the middle of a transaction: what was answered before is there", async () => {
    const queue = await Queue.open(path("queue.sqlite"));
    await enter(queue, "first");
    const { size } = await stat(path("queue.sqlite-wal"));
    await enter(queue, "second");
    // As the disk is when the machine loses power in the middle of the second.
    for (const name of ["queue.sqlite", "queue.sqlite-wal"]) {
      await cp(path(name), path(`cut-${name}`));
    }
    await queue.close();
    await truncate(path("cut-queue.sqlite-wal"), size + 2_000);
    const cut = await Queue.open(path("cut-queue.sqlite"));
    try {
      assert.deepEqual(await waiting(cut), ["uid of first"]);
      await enter(cut, "second");
      assert.deepEqual(await waiting(cut), ["uid of first", "uid of second"]);
    } finally {
      await cut.close();
    }
  });

  it("a file whose pages are garbled is refused in words, and left as it is", async () => {
    await filled(200);
    const { size } = await stat(path("queue.sqlite"));
    await using file = await open(path("queue.sqlite"), "r+");
    for (let page = 1; page * 4_096 < size; page += 1) {
      await file.write(Buffer.alloc(512, 0xa5), 0, 512, page * 4_096);
    }
    const before = await readFile(path("queue.sqlite"));
    await assert.rejects(opened(), (error) => {
      assert.ok(error instanceof QueueFailed);
      assert.match(error.message, /damaged.*move it away/);
      return true;
    });
    assert.equal((await readFile(path("queue.sqlite"))).equals(before), true);
  });

  it("a file that is none of SQLite's is refused in words", async () => {
    await writeFile(
      path("queue.sqlite"),
      "no database, but some text that is long enough for a head",
    );
    await assert.rejects(opened(), /damaged.*not a database/);
  });

  it("if it is moved away, what is in the spool is known again", async () => {
    await filled(3);
    await rm(path("queue.sqlite"));
    await using queue = await opened();
    assert.equal(queue.adopted.known, 3);
    const known = await queue.queue.call("spooled", {});
    assert.equal(known.length, 3);
    for (const hash of known) await (await queue.spool.open(hash)).close();
    assert.equal((await queue.queue.call("counts", { request: "r" })).pending, 0);
  });
});

/** Each request is entered once. */
async function enter(queue: Queue, id: string): Promise<void> {
  const instance = queuedInstance(id);
  await queue.call("keep", { instance, now: 1 });
  const request = { id, destination: "pacs", priority: 0, isPermissive: false };
  await queue.call("enter", {
    request,
    policy: "always",
    meant: { hashes: [instance.hash] },
    now: 1,
  });
}

const waiting = async (queue: Queue): Promise<readonly string[]> => {
  const items = await queue.call("items", { filter: {}, limit: 10 });
  return items.map(({ instance }) => instance.sopInstance).toSorted();
};
