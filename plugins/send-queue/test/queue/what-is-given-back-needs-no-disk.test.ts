import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { Queue, QueueFailed } from "../../src/queue/queue.ts";
import { queuedInstance } from "../support/queued-instance.ts";

describe("what is given back needs no disk", () => {
  let folder = "";
  let queue: Queue;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    queue = await Queue.open(join(folder, "queue.sqlite"));
  });
  afterEach(async () => {
    await queue.close();
    await rm(folder, { recursive: true });
  });

  it("while another process has locked the database", async () => {
    const instance = queuedInstance("1", "1.2");
    await queue.call("keep", { instance, now: 1 });
    const request = { id: "study", destination: "pacs", priority: 0, isPermissive: false };
    await queue.call("enter", {
      request,
      policy: "always",
      meant: { hashes: [instance.hash] },
      now: 1,
    });
    const claim = { request: "study", now: 10, limit: 10 };
    const [item] = await queue.call("claim", claim);
    assert.ok(item !== undefined);
    {
      using other = new DatabaseSync(join(folder, "queue.sqlite"));
      other.exec("BEGIN IMMEDIATE");
      await assert.rejects(queue.call("claim", claim), QueueFailed);
      await queue.call("release", { ids: [item.id] });
    }
    assert.equal((await queue.call("claim", claim)).length, 1);
  });
});
